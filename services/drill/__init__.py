"""The drill world: a synthetic city's typhoon and tsunami, played as authentic documents and walking residents."""
