"""The command of the house: the top floor, it wires everything."""
