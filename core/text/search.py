"""Tokens for the ``search_text`` columns: character bigrams of Chinese runs, words of Latin ones.

Both databases treat an unsegmented Chinese sentence as one token, so the column holds bigrams separated by
spaces. A query phrase is the same bigrams in a row: an exact substring search for two characters and more.
"""

import re

from core.text.clean import HANZI, NAME_DOT, normalise

_RUN = re.compile(rf"[{HANZI}]+|[^\W_]+(?:[.+#][^\W_]+)*[+#]*")
_HANZI_RUN = re.compile(rf"[{HANZI}]+")
_PIECE = re.compile(rf"[{HANZI}]+|[^{HANZI}]+")


def search_tokens(text: object, *more: object) -> str:
    """All texts as one string of tokens for a search column; also fit for ``icontains`` with a query phrase."""
    return " ".join(token for part in (text, *more) for token in _tokens(part, whole=True))


def search_query_tokens(query: object) -> list[str]:
    """One phrase per word of the query, all of which must occur. A lone Chinese character stays itself (use LIKE)."""
    phrases = (" ".join(_tokens(word, whole=False)) for word in normalise(query, "line").value.split())
    return list(dict.fromkeys(phrase for phrase in phrases if phrase))


def _tokens(text: object, *, whole: bool) -> list[str]:
    tokens: list[str] = []
    cleaned = normalise(text, "text").value.replace(NAME_DOT, "").casefold()
    for run in _RUN.findall(cleaned):
        for piece in _PIECE.findall(run):
            if not _HANZI_RUN.fullmatch(piece) or len(piece) == 1:
                tokens.append(piece)
            else:
                tokens.extend(piece[i : i + 2] for i in range(len(piece) - 1))
    if whole or len(tokens) < 2:
        return tokens
    # A single character beside other tokens would never equal a bigram of the text: leave it out of the phrase.
    kept = [t for t in tokens if len(t) > 1 or not _HANZI_RUN.fullmatch(t)]
    return kept or tokens[:1]
