"""Stories of a marketplace's money, each told from the sale to the last cent and checked on three sides."""
