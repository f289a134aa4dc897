package cli

import (
	"errors"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"heed/internal/fail"
)

// unsetEmpty takes away HEED_ variables without a value: an empty line in a file of
// settings means that nothing is set.
func unsetEmpty() {
	for _, line := range os.Environ() {
		if name, value, _ := strings.Cut(line, "="); strings.HasPrefix(name, "HEED_") && strings.TrimSpace(value) == "" {
			_ = os.Unsetenv(name)
		}
	}
}

// durations reads a time as people say it: 15m, 12h, 35d.
func durations() kong.Option {
	return kong.TypeMapper(reflect.TypeFor[time.Duration](),
		kong.MapperFunc(func(ctx *kong.DecodeContext, target reflect.Value) error {
			var text string
			if err := ctx.Scan.PopValueInto("time", &text); err != nil {
				return err
			}
			d, err := duration(text)
			if err != nil {
				return errors.New(fail.Words(err)) // the parser puts the flag before it
			}
			target.SetInt(int64(d))
			return nil
		}))
}

func duration(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(strings.TrimSpace(text), "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(strings.TrimSpace(text))
	if err != nil {
		return 0, fail.New(fail.Bad, "give a time with its unit, such as 15m, 12h or 35d")
	}
	return d, nil
}

// networks reads addresses and networks; an address alone is a network of one.
func networks(all []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, text := range all {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		p, err := netip.ParsePrefix(text)
		if a, single := netip.ParseAddr(text); single == nil {
			p, err = a.Prefix(a.BitLen())
		}
		if err != nil {
			return nil, fail.New(fail.Bad, "--proxies (HEED_PROXIES) must be addresses or networks with commas between them, "+
				"such as 127.0.0.1, 10.2.0.0/16")
		}
		out = append(out, p)
	}
	return out, nil
}

// publicURL reads the address that people type: no path, no final slash, and over TLS.
func publicURL(text string, plain bool) (string, error) {
	if text == "" {
		return "", nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.Trim(u.Path, "/") != "" ||
		u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", fail.New(fail.Bad, "--public-url (HEED_PUBLIC_URL) must be the address that people type and nothing "+
			"behind it, such as https://heed.example.nhs.uk")
	}
	if u.Scheme == "http" && !plain {
		return "", fail.New(fail.Bad, "--public-url (HEED_PUBLIC_URL) must begin with https://: people sign in there. Only "+
			"with --plain, to try Heed on your own machine, may it be http://")
	}
	return u.Scheme + "://" + u.Host, nil
}
