// Package nhs holds the components of the NHS design system as typed Go values.
//
// A component is a struct with typed fields; its Render method writes HTML to a
// Buffer. Pages place components with {{nhs .Button}} (see Funcs), or render
// them with Render. A field for plain words is a string (usually Text) and is
// always escaped. A field that may hold markup is a Component (usually Content)
// and wins over the words beside it: another component, a Group of them, or HTML.
//
// What the package keeps true:
//   - Escaping is by construction. The only ways to write unescaped bytes are the
//     type HTML, which stands out in a review, and Buffer.Raw, whose argument
//     outside this package can only be a constant in the source.
//   - Every address passes SafeAddress, which refuses javascript: and its like.
//   - No component takes a map or a bag of strings. Extra attributes are a short
//     ordered list of Attr from an allow-list: no event handler, no inline style.
//   - Rendering never fails, does no input or output, and knows no slice of Heed.
//     Nothing here is trusted with a decision: who may see a thing is decided before.
//   - The fixtures that nhsuk-frontend ships for ports are the test: see fixtures_test.go.
//
// It follows nhsuk-frontend 10.6.1 and differs on purpose in three defaults, where
// the original speaks for NHS England: no NHS logo unless Logo.NHS is set (it is
// under licence), no copyright line unless given, and a header search sends nothing
// to www.nhs.uk unless told to.
//
// Of the 42 components with fixtures these 5 are left out:
//   - hero: carries its picture in a style attribute, which our content security policy refuses; Heed has
//     no landing page.
//   - images: Heed shows no pictures.
//   - code: shows program code with a copy button; nobody who uses Heed reads code there.
//   - tabs: hide content behind a script; our sections each have their own address (casework.SubNavigation).
//   - do-dont-list: health advice to the public; a list of things to do about a person would be a tick-list.
//
// Captions have no fixtures of their own and are tested within headings, labels and legends.
package nhs
