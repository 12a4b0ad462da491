"""Providers of the user's own, as the documents write them: the prd's class, or the faq's."""
