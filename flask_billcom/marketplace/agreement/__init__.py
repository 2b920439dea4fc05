"""Our rows against Bill.com's and the books against our rows, one by one; the witness of a database that has forgotten.

proof                       what they must come to, counted from our other rows
reconciliation              everything at Bill.com against our rows
comparing, comparing_money  one page of it
differences                 what they are called, and how one reads
seen                        ids met on the way
unlisted                    parties of ours that were not met
witness                     has this database forgotten something?
lost                        looked for once a day, and after a restored backup
"""
