"""The supervisor's figures: on screen, and as a workbook."""
