// Package axe holds the accessibility checker axe-core for the browser tests.
// It keeps nothing and is imported by internal/heedtest alone, so that the
// program does not carry it. The file is trusted as far as its hash: SHA256SUMS,
// checked by the package's test.
package axe

import _ "embed"

// Source is axe.min.js, to be evaluated in a page.
//
//go:embed axe.min.js
var Source string
