package nhs

import "strings"

// refusedAddress stands where an address was refused: it leads nowhere, and is easy to find in a page.
const refusedAddress = "#address-refused"

// SafeAddress gives an address back if a link, a form or an image may carry it, and
// an address that leads nowhere if not. Allowed are addresses within this site and
// http, https, mailto and tel. Refused are all other schemes (javascript, data,
// vbscript, blob …), however written: browsers drop control characters and spaces
// before and within a scheme, so an address that holds any control character or begins
// with a space is refused whole. Refused too are addresses that begin with two slashes
// or backslashes: they look local and lead to another host.
func SafeAddress(a string) string {
	if !safeAddress(a) {
		return refusedAddress
	}
	return a
}

func safeAddress(a string) bool {
	for i := range len(a) {
		if a[i] < 0x20 || a[i] == 0x7f || a[i] == '\\' {
			return false
		}
	}
	if strings.HasPrefix(a, " ") || strings.HasPrefix(a, "//") {
		return false
	}
	end := strings.IndexAny(a, ":/?#")
	if end < 0 || a[end] != ':' {
		return true
	}
	switch strings.ToLower(a[:end]) {
	case "http", "https", "mailto", "tel":
		return true
	}
	return false
}
