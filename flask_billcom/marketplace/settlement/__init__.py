"""From an order to committed rows: what is settled, and the documents that follow.

settling   settle(): the rows of a sale, inside the app's transaction
stored     how one that is settled again differs
papers     the documents of new settlements, and the operations that make them
snapshots  what settle() gives back
"""
