"""Words as search sees them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberready.platform.search import words
from cyberready.platform.search.words import asked, excerpt, forgiven, indexed, nearest, plain, sign, stems


@pytest.mark.parametrize("word", ["losgeldeis", "gegevens", "gemeente", "geweld", "burgemeester"])
def test_ge_stays_in_a_word_that_is_no_participle(word):
    assert all("ge" in stem or stem.startswith("burgemee") for stem in stems(word, "nl"))


def test_an_index_keeps_the_word_itself_and_its_stems():
    assert indexed("Meldde", "nl") == "meldde meld"
    assert indexed("Back-ups", "nl") == "back ups up backups backup"
    assert indexed("Bel 0299 123 456.", "nl") == "bel 0299 123 456 0299123456"
    assert indexed("breaches", "en") == "breaches breach"


def test_case_and_accents_do_not_count():
    assert plain("Privéadres") == plain("PRIVEADRES") == "priveadres"
    assert indexed("Eén coördinator", "nl") == indexed("een coordinator", "nl")


def test_small_words_are_looked_for_only_when_there_is_nothing_else():
    assert asked("wat doet de CISO bij een datalek?") == ["doet", "ciso", "datalek"]
    assert asked("wie is wie") == ["wie", "is"]
    assert asked("112") == ["112"]
    assert asked("back-up of back up op 0299 123 456") == ["back-up", "0299-123-456"]
    assert asked(" -- ") == []


def test_a_long_question_is_cut():
    assert len(asked(" ".join(f"woord{number}" for number in range(100)))) == words.MOST_WORDS


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("randsomware", "ransomware"),
        ("veiligheidsregoi", "veiligheidsregio"),
        ("incidnet", "incident"),
        ("griip", "grip"),
        ("ict", None),
        ("zandkasteel", None),
    ],
)
def test_typing_mistakes_lead_to_the_word_that_was_meant(typed, meant):
    vocabulary = ["ransomware", "veiligheidsregio", "incident", "grip", "bridge", "ictbeheer"]
    assert nearest(typed, vocabulary) == meant


@given(
    st.text(alphabet="abcdefgh", min_size=4, max_size=20),
    st.lists(st.text("abcdefgh", min_size=1), max_size=20),
)
def test_what_is_meant_is_never_further_than_forgiven(word, vocabulary):
    found = nearest(word, vocabulary)
    assert found is None or abs(len(found) - len(word)) <= forgiven(word)
    if word in vocabulary:
        assert found == word


def test_an_excerpt_stands_around_the_word_and_marks_it():
    text = "Eerst dit. " * 40 + "Meld het datalek bij de AP. " + "Daarna dat. " * 40
    parts = excerpt(text, [sign("datalekken")])
    assert ("datalek", True) in parts
    assert parts[0] == ("… ", False)
    assert parts[-1] == (" …", False)
    assert len("".join(part for part, _ in parts)) < 400


@given(st.text(max_size=400), st.lists(st.text(alphabet="abcdeé ", min_size=1, max_size=6), max_size=3))
def test_an_excerpt_is_a_piece_of_the_text(text, sought):
    parts = [part for part, _ in excerpt(text, [sign(plain(word)) for word in sought])]
    inner = [part for part in parts if part not in {"… ", " …"}]
    assert "".join(inner) in text


@given(st.text(max_size=200))
def test_any_text_has_word_signs_only_in_the_index(text):
    for found in indexed(text, "nl").split():
        assert words.WORD.fullmatch(found), found
