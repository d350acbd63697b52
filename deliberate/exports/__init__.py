"""Files that leave the house: the columns, order and codebook of each in one place."""
