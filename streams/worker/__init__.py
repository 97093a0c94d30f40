"""The Faust application: decode, fold, emit, acknowledge. The only room that imports Faust."""
