"""What the search box finds cases by: the end of a code, and any piece of the reported words of two signs or more."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Words without blanks between them: every two neighbouring signs are one key of the index.
    op.execute(
        "CREATE FUNCTION bigrams(words text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$"
        " SELECT coalesce(array_agg(DISTINCT substr(words, i, 2)), '{}')"
        " FROM generate_series(1, char_length(words) - 1) AS i $$"
    )
    op.execute('CREATE INDEX ix_case_county_code_reversed ON "case" (county, reverse(code) text_pattern_ops)')
    op.execute('CREATE INDEX ix_case_word_pairs ON "case" USING gin (bigrams(lower(words)))')
