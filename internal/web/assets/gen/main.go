// Command gen makes the files that package assets serves. It runs in internal/web/assets, by go generate.
//
// Sources are third_party/nhsuk-frontend, unmodified, and src, our own. The result is
// dist: each file compressed, and NAMES, which gives the name with the hash of its content under
// which each is served. Files that name others are made after them, so that they hold those names.
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const vendor = "../../../third_party/nhsuk-frontend"

// modules are our scripts, those that others name first.
var modules = []string{"keep.js", "leave.js", "timeout.js", "progress.js", "passkey.js", "heed.js"}

func main() {
	log.SetFlags(0)
	if err := run("dist"); err != nil {
		log.Fatal(err)
	}
}

func run(out string) error {
	m := maker{out: out, hashed: map[string]string{}}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for _, step := range []func() error{m.icons, m.styles, m.scripts, m.names} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

type maker struct {
	out    string
	hashed map[string]string // name with the hash, by the one without
}

func (m *maker) icons() error {
	files, err := filepath.Glob(vendor + "/images/*.svg")
	if err != nil {
		return err
	}
	for _, f := range append(files, "src/icon.svg") {
		content, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		if err := m.keep(filepath.Base(f), content); err != nil {
			return err
		}
	}
	return nil
}

var (
	fontFace  = regexp.MustCompile(`@font-face\{[^}]*\}`)
	imagePath = regexp.MustCompile(`url\(/assets/images/([a-z-]+\.svg)\)`)
	sourceMap = regexp.MustCompile(`(?m)(/\*#|//#) sourceMappingURL=[^*\n]*(\*/)?`)
	elsewhere = regexp.MustCompile(`(?i)url\(\s*["']?(https?:)?//|@import`)
)

func (m *maker) styles() error {
	css, err := os.ReadFile(vendor + "/nhsuk-frontend.min.css")
	if err != nil {
		return err
	}
	css, err = m.style(css)
	if err != nil {
		return err
	}
	if err := m.keep("nhsuk.css", css); err != nil {
		return err
	}
	own, err := os.ReadFile("heed.css")
	if err != nil {
		return err
	}
	if elsewhere.Match(own) {
		return fmt.Errorf("heed.css names another host")
	}
	return m.keep("heed.css", own)
}

// style takes out the fonts and gives icons their names. It refuses a style sheet that is not as it
// was when this was written, rather than serve one that fetches something from elsewhere.
func (m *maker) style(css []byte) ([]byte, error) {
	if n := len(fontFace.FindAll(css, -1)); n != 2 {
		return nil, fmt.Errorf("the style sheet has %d @font-face rules, not 2", n)
	}
	css = sourceMap.ReplaceAll(fontFace.ReplaceAll(css, nil), nil)
	var missing error
	css = imagePath.ReplaceAllFunc(css, func(match []byte) []byte {
		name := string(imagePath.FindSubmatch(match)[1])
		if m.hashed[name] == "" {
			missing = fmt.Errorf("the style sheet names %s, which is not kept", name)
		}
		return []byte("url(" + m.hashed[name] + ")")
	})
	if elsewhere.Match(css) || bytes.Contains(css, []byte("url(/")) {
		return nil, fmt.Errorf("the style sheet still names another place")
	}
	return css, missing
}

func (m *maker) scripts() error {
	js, err := os.ReadFile(vendor + "/nhsuk-frontend.min.js")
	if err != nil {
		return err
	}
	if err := m.keep("nhsuk.js", sourceMap.ReplaceAll(js, nil)); err != nil {
		return err
	}
	for _, name := range modules {
		content, err := os.ReadFile("src/" + name)
		if err != nil {
			return err
		}
		for plain, hashed := range m.hashed {
			content = bytes.ReplaceAll(content, []byte("'./"+plain+"'"), []byte("'./"+hashed+"'"))
		}
		if err := m.keep(name, content); err != nil {
			return err
		}
	}
	return nil
}

func (m *maker) keep(name string, content []byte) error {
	sum := sha256.Sum256(content)
	ext := filepath.Ext(name)
	// 64 bits of the hash: names need to differ, not to resist forgery.
	hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:8]) + ext
	m.hashed[name] = hashed
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(content); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(m.out, name+".gz"), packed.Bytes(), 0o644)
}

func (m *maker) names() error {
	var list strings.Builder
	for _, name := range slices.Sorted(maps.Keys(m.hashed)) {
		fmt.Fprintf(&list, "%s %s\n", name, m.hashed[name])
	}
	return os.WriteFile(filepath.Join(m.out, "NAMES"), []byte(list.String()), 0o644)
}
