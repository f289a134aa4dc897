package web

import "testing"

// TestABrowserIsNamedAsItsOwnerKnowsIt, and nothing else of what it says is kept.
func TestABrowserIsNamedAsItsOwnerKnowsIt(t *testing.T) {
	for says, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 " +
			"Edg/141.0.0.0": "Edge on Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 " +
			"Mobile/15E148 Safari/604.1": "Safari on an iPhone",
		"Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile " +
			"Safari/537.36": "Chrome on Android",
		"Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0": "Firefox on Linux",
		"curl/8.15.0 <script>": "", "": "", "Firefox/1 from my desk": "Firefox",
	} {
		if got := device(says); got != want {
			t.Errorf("%q: %q", says, got)
		}
	}
}
