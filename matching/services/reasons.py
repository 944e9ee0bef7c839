"""Reasons and cautions of a stored pair, as codes and parameters; pages word them."""


def reasons_of(corpus, need, pair, inputs, stats):
    return [], []
