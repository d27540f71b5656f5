"""Make the PDF of the book from the built pages, and PDFs of single sheets.

``pages`` takes an article out of a built page and makes it fit for print, ``formulas`` sets
formulas, ``places`` finds the jurisdictions that a text names, ``fill`` lets exhibits give way where
they would leave a page near-empty, ``book`` puts all together, and
``writer`` is the only module that knows WeasyPrint.
"""
