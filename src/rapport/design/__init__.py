"""The look: tokens, components, icons, custom elements, page shells and the `/styleguide`.

Owns how things look and behave in the browser, never what they mean: it has no models,
and a component receives everything it shows as attributes.
"""
