package archtest

import (
	"go/ast"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"heed/internal/app"
	"heed/internal/cli"
	"heed/internal/process"
)

// documents are the pages that people read: all but what belongs to others.
func documents(t *testing.T) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && slices.Contains([]string{".git", "third_party", "testdata", "node_modules"}, d.Name()) {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, ".md") {
			out = append(out, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 10 {
		t.Fatalf("only %d documents found", len(out))
	}
	return out
}

// commands are the calls of heed that stand as code in a document: indented by
// four, with lines that end in a backslash joined.
func commands(text string) [][]string {
	var out [][]string
	text = strings.ReplaceAll(text, "\\\n", " ")
	for line := range strings.Lines(text) {
		code, ok := strings.CutPrefix(line, "    ")
		if !ok {
			continue
		}
		code, _, _ = strings.Cut(strings.TrimSpace(code), " # ")
		for _, begin := range []string{"go run ./cmd/heed ", "heed "} {
			if call, ok := strings.CutPrefix(code, begin); ok {
				out = append(out, words(call))
				break
			}
		}
	}
	return out
}

// words splits a call as a shell does, as far as documents go.
func words(call string) []string {
	var out []string
	for _, w := range regexp.MustCompile(`'[^']*'|"[^"]*"|\S+`).FindAllString(call, -1) {
		if strings.ContainsAny(w[:1], "<>|;&") { // what follows is the shell's
			break
		}
		out = append(out, strings.Trim(w, `'"`))
	}
	return out
}

// TestCommandsInDocumentsExist: what a document tells somebody to type is what the
// command line takes. Files that a call names need not be there.
func TestCommandsInDocumentsExist(t *testing.T) {
	seen := 0
	for _, path := range documents(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, args := range commands(string(text)) {
			seen++
			if slices.Contains(args, "…") {
				continue
			}
			err := cli.TestOnlyUnderstands(args)
			if err != nil && !strings.Contains(err.Error(), "no such file") {
				t.Errorf("%s: heed %s: %v", path, strings.Join(args, " "), err)
			}
		}
	}
	if seen < 15 {
		t.Errorf("only %d commands found in documents: they are looked for in lines indented by four", seen)
	}
	for _, bad := range [][]string{{"serve", "--no-such-flag"}, {"no-such-command"}, {"init", "--name", "x"}} {
		if cli.TestOnlyUnderstands(bad) == nil {
			t.Errorf("heed %s was taken", strings.Join(bad, " "))
		}
	}
}

var (
	link  = regexp.MustCompile(`\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"`)
	named = regexp.MustCompile("`((?:internal|record|docs|cmd)/[A-Za-z0-9_./-]+)`")
)

// TestLinksInDocumentsLead: links between documents, pictures and files that are
// named by their path from the root are there.
func TestLinksInDocumentsLead(t *testing.T) {
	seen := 0
	for _, path := range documents(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			to, anchor, _ := strings.Cut(m[1]+m[2], "#")
			if strings.Contains(to, "://") || strings.HasPrefix(to, "mailto:") {
				continue
			}
			seen++
			target := path
			if to != "" {
				target = filepath.Join(filepath.Dir(path), to)
			}
			other, err := os.Stat(target)
			if err != nil {
				t.Errorf("%s: the link %s leads nowhere", path, to)
				continue
			}
			if anchor != "" && !other.IsDir() && !slices.Contains(anchors(t, target), anchor) {
				t.Errorf("%s: %s has no heading #%s", path, target, anchor)
			}
		}
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], "NAME") { // of a room that is still to be built
				continue
			}
			if _, err := os.Stat(filepath.Join(root, m[1])); err != nil {
				t.Errorf("%s: %s is not there", path, m[1])
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d links found", seen)
	}
}

// anchors are the headings of a document as addresses.
func anchors(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for line := range strings.Lines(string(text)) {
		if head, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			plain := regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(strings.TrimSpace(head)), "")
			out = append(out, strings.ReplaceAll(plain, " ", "-"))
		}
	}
	return out
}

// TestEveryDecisionIsInTheIndex: numbers are given once, titles bear them.
func TestEveryDecisionIsInTheIndex(t *testing.T) {
	index, err := os.ReadFile(root + "/docs/decisions/README.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(root + "/docs/decisions/*.md")
	if err != nil {
		t.Fatal(err)
	}
	numbers := map[string]string{}
	for _, f := range files {
		name := filepath.Base(f)
		if name == "README.md" {
			continue
		}
		if !regexp.MustCompile(`^\d{4}-[a-z0-9-]+\.md$`).MatchString(name) {
			t.Errorf("%s has no number of four digits", name)
			continue
		}
		if other := numbers[name[:4]]; other != "" {
			t.Errorf("%s and %s have one number", name, other)
		}
		numbers[name[:4]] = name
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(text), "# "+name[:4]+": ") {
			t.Errorf("the title of %s does not begin with its number", name)
		}
		if !strings.Contains(string(index), "("+name+")") {
			t.Errorf("%s is not in docs/decisions/README.md", name)
		}
	}
}

// TestEveryBuiltInStepHasItsPage: a case links each step to a page that there is.
func TestEveryBuiltInStepHasItsPage(t *testing.T) {
	there := map[string]bool{}
	for _, p := range (&app.App{}).Parts() {
		for _, r := range p.Routes {
			there[r.Pattern] = true
		}
	}
	for _, s := range process.Patient().AllSteps {
		if s.ID == process.Raise {
			continue
		}
		if path := "/cases/{ref}/" + s.Place(); !there[path] {
			t.Errorf("the step %s leads to %s, where no page is", s.ID, path)
		}
	}
}

var (
	inlineCommand = regexp.MustCompile("`heed ([a-z]+(?: [a-z][a-z-]+)?)")
	flagNamed     = regexp.MustCompile("`(--[a-z][a-z-]+)")
)

// TestDocumentsNameEveryCommand: what the documents name exists, what exists is
// named, and no document says that there is no command for something. Seen to fail
// when operations.md said so of six that there were.
func TestDocumentsNameEveryCommand(t *testing.T) {
	all, err := cli.Commands()
	if err != nil {
		t.Fatal(err)
	}
	var exists []string
	flags := map[string]bool{"--help": true}
	for _, c := range all {
		exists = append(exists, c.Path)
		for _, f := range c.Flags {
			flags["--"+f.Name] = true
			for _, a := range f.Aliases {
				flags["--"+a] = true
			}
		}
	}
	var written strings.Builder
	for _, path := range documents(t) {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := string(raw)
		if strings.HasSuffix(path, "settings.md") {
			continue // made from the program
		}
		written.WriteString(text)
		for _, m := range inlineCommand.FindAllStringSubmatch(text, -1) {
			first, _, _ := strings.Cut(m[1], " ")
			if !slices.ContainsFunc(exists, func(c string) bool { return strings.HasPrefix(c+" ", "heed "+first+" ") }) &&
				first != "docs" && first != "help" {
				t.Errorf("%s names heed %s, which there is not", path, m[1])
			}
		}
		for _, m := range flagNamed.FindAllStringSubmatch(text, -1) {
			if !flags[m[1]] {
				t.Errorf("%s names %s, which no command has", path, m[1])
			}
		}
		if strings.Contains(text, "no command") {
			t.Errorf("%s says that there is no command for something: name the one there is", path)
		}
	}
	for _, c := range exists {
		// A document about one group names its commands by their last word, in a table.
		last := c[strings.LastIndexByte(c, ' ')+1:]
		if !strings.Contains(written.String(), c) && !strings.Contains(written.String(), "| `"+last) {
			t.Errorf("no document names %s", c)
		}
	}
}

// flagSaid is a flag in what the program itself says.
var flagSaid = regexp.MustCompile(`(?:^|[\s(/"])(--[a-z][a-z-]+)`)

// TestMessagesNameFlagsThatExist: what a message of the program tells somebody to type
// is a flag that there is. Seen to fail on a planted --nonsuch.
func TestMessagesNameFlagsThatExist(t *testing.T) {
	all, err := cli.Commands()
	if err != nil {
		t.Fatal(err)
	}
	flags := map[string]bool{"--help": true, "--owner": true} // of createdb
	for _, c := range all {
		for _, f := range c.Flags {
			flags["--"+f.Name] = true
			for _, a := range f.Aliases {
				flags["--"+a] = true
			}
		}
	}
	seen := 0
	for _, s := range sources(t) {
		if s.test || !strings.HasPrefix(s.pkg, "internal/") || strings.HasPrefix(s.pkg, "internal/bench") ||
			strings.HasPrefix(s.pkg, "internal/heedtest") || strings.HasPrefix(s.pkg, "internal/store/storetest") ||
			strings.HasPrefix(s.pkg, "internal/web/nhs") || s.pkg == "internal/archtest" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range flagSaid.FindAllStringSubmatch(text, -1) {
				if seen++; !flags[m[1]] {
					t.Errorf("%s: names %s, which no command has", s.set.Position(lit.Pos()), m[1])
				}
			}
			return true
		})
	}
	if seen < 100 {
		t.Errorf("only %d flags were looked at", seen)
	}
}
