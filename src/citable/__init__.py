"""Make a Jupyter Book citable: findings, numbered paragraphs, editions that verify."""
