"""Puts users' sequences into rows of equal length, several users in a row, without waste.

A sequence longer than a row is cut into pieces; a piece after the first begins with tokens of the one before, as context,
which are not targets again.
"""
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Piece:
    start: int  # first token, an index into the flat events
    length: int
    context: int  # leading tokens that are there to be attended to only


@dataclass
class Rows:
    tokens: np.ndarray  # [rows, T] index into the flat events; 0 where there is none
    segments: np.ndarray  # [rows, T] whose token, counted within the row; -1 where there is none
    places: np.ndarray  # [rows, T] place in the piece
    scored: np.ndarray  # [rows, T] bool: a token that is no context


def cut(start: int, end: int, length: int, context: int) -> list:
    pieces = [Piece(start, min(length, end - start), 0)] if end > start else []
    done = start + length
    while done < end:
        first = done - context
        pieces.append(Piece(first, min(length, end - first), context))
        done = first + length
    return pieces


def pack(pieces: list, length: int, order: np.ndarray) -> Rows:
    """Next fit in the given order."""
    places, row, used, segment = np.zeros((len(pieces), 3), dtype=np.int64), 0, 0, 0
    for index in order:
        piece = pieces[index]
        if used + piece.length > length:
            row, used, segment = row + 1, 0, 0
        places[index] = row, used, segment
        used, segment = used + piece.length, segment + 1

    lengths = np.array([piece.length for piece in pieces])
    owner = np.repeat(np.arange(len(pieces)), lengths)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    at = (places[owner, 0], places[owner, 1] + place)
    shape = (row + 1, length)
    rows = Rows(np.zeros(shape, np.int64), np.full(shape, -1), np.zeros(shape, np.int64), np.zeros(shape, bool))
    rows.tokens[at] = np.array([piece.start for piece in pieces])[owner] + place
    rows.segments[at] = places[owner, 2]
    rows.places[at] = place
    rows.scored[at] = place >= np.array([piece.context for piece in pieces])[owner]
    return rows
