import csv
import io
from decimal import Decimal

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from sim.results.columns import Column
from sim.results.summary import longest_run
from sim.results.tables import csv_text, number_texts


@given(st.lists(st.floats(-1e9, 1e9), max_size=20), st.integers(0, 9))
@example([-0.5], 0)
def test_numbers_are_written_to_half_of_the_last_digit(values, decimals):
    texts = number_texts(np.array(values), decimals)
    for value, text in zip(values, texts, strict=True):
        assert abs(Decimal(text) - Decimal(value)) <= Decimal(5).scaleb(-decimals - 1)
        assert not (text.startswith("-") and float(text) == 0.0)


# NUL and lone surrogates cannot stand in a text file; a carriage return alone is read back as a line feed.
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r")), min_size=1))
def test_any_words_come_back_from_a_table(words):
    column = Column("words", "words", "text", "words")
    rows = list(csv.reader(io.StringIO(csv_text([column], [{"words": words}]), newline="")))
    assert [row[0] if row else "" for row in rows[1:]] == words


@given(st.lists(st.booleans()))
def test_the_longest_run_is_the_longest_word_of_trues(mask):
    words = "".join("x" if each else " " for each in mask).split()
    assert longest_run(np.array(mask, dtype=bool)) == max(map(len, words), default=0)
