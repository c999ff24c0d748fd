"""The platform's hashed n-gram tokenizer (src/Streaming.Models/Encoders/HashedNgramTokenizer.cs) in Python."""
import unicodedata

NO_TEXT_ID, FIRST_ID = 1, 2
MAX_WORD_LENGTH = 64
MASK = (1 << 64) - 1


def tokenize(text: str, settings: dict) -> list:
    """Token ids of a text, settings being the manifest's tokenizer section. A text without words gives NO_TEXT_ID."""
    word_buckets = settings["word_buckets"]
    character_buckets = settings["buckets"] - word_buckets - FIRST_ID
    ids, before = [], []
    for word in words(text, settings["lowercase"]):
        before = (before + [word])[-settings["word_ngrams"]:]
        for count in range(1, len(before) + 1):
            ids.append(FIRST_ID + _bucket(" ".join(before[-count:]), word_buckets))
        marked = f"<{word}>"
        for count in range(settings["char_ngram_min"], min(settings["char_ngram_max"], len(marked) - 1) + 1):
            for start in range(len(marked) - count + 1):
                ids.append(FIRST_ID + word_buckets + _bucket(marked[start:start + count], character_buckets))
        if len(ids) >= settings["max_tokens"]:
            break
    return ids[:settings["max_tokens"]] or [NO_TEXT_ID]


def words(text: str, lowercase: bool):
    """Maximal runs of letters, digits and their marks, folded; an apostrophe before a letter is dropped inside a word."""
    word = ""
    for index, character in enumerate(text):
        folded = _fold(character, lowercase)
        if folded is None:
            continue
        if _is_letter_or_digit(folded) or word and _is_word_mark(folded):
            word += folded
            if len(word) == MAX_WORD_LENGTH:
                yield word
                word = ""
        elif word and not (folded in "'\u2019" and _is_letter(text[index + 1:index + 2])):
            yield word
            word = ""
    if word:
        yield word


def _fold(character: str, lowercase: bool):
    value = ord(character)
    if 0x0300 <= value <= 0x036F:
        return None
    if 0xFF01 <= value <= 0xFF5E:
        return _fold(chr(value - 0xFEE0), lowercase)
    lower = character.lower()[0]
    base = _drop_accents(lower)
    return base if lowercase or lower == character else base.upper()


def _drop_accents(character: str) -> str:
    parts = unicodedata.normalize("NFD", character)
    accented = len(parts) > 1 and len(character.encode("utf-16-le")) == 2 and all(0x0300 <= ord(mark) <= 0x036F for mark in parts[1:])
    return parts[0] if accented and _is_letter(parts[0]) else character


def _is_letter(character: str) -> bool:
    return character != "" and unicodedata.category(character)[0] == "L"


def _is_letter_or_digit(character: str) -> bool:
    return _is_letter(character) or unicodedata.category(character) == "Nd"


def _is_word_mark(character: str) -> bool:
    return ord(character) > 0x036F and unicodedata.category(character) in ("Mn", "Mc")


def _bucket(text: str, count: int) -> int:
    state = 0xCBF29CE484222325
    for byte in text.encode():
        state = (state ^ byte) * 0x100000001B3 & MASK
    return (state ^ state >> 32) % count
