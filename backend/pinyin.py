"""First letters of pinyin, as people type them to find something with a Chinese name."""


def first_letters(words: str) -> list[str]:
    """The first letter of each syllable, as it is read in this phrase; what has no pinyin stands for itself, sign by sign."""
    # Loaded at the first use: its dictionary takes as long as all the rest of a start.
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415

    # The stubs do not know that a list may come back for what has no pinyin.
    return lazy_pinyin(words, style=Style.FIRST_LETTER, errors=list)  # type: ignore[arg-type]
