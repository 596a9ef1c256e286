"""The query language of CONTRACT: grammar, compiler, matcher, explanation."""
