package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"heed/internal/api"
	"heed/internal/app"
	"heed/internal/bulk"
	"heed/internal/concern"
	"heed/internal/directory"
	"heed/internal/ledger"
	"heed/internal/process"
	"heed/internal/room"
)

type openapiCmd struct{}

func (openapiCmd) Help() string { return `    heed openapi >openapi.json` }

func (versionCmd) Help() string { return `    heed version` }

// Run prints the document; it needs no installation.
func (openapiCmd) Run(env *Env) error {
	if err := app.Check(); err != nil {
		return err
	}
	doc, err := api.New(api.Parts{Kinds: app.Kinds(), Version: app.Version}).Document()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.Out, "%s\n", doc)
	return err
}

type versionCmd struct{}

func (versionCmd) Run(env *Env) error {
	env.say("heed %s", app.Version)
	return nil
}

// docsCmd prints the documents that are made from the program.
type docsCmd struct {
	Which string `arg:"" enum:"events,routes,who-may,process,settings" help:"events, routes, who-may, process, settings"`
}

func (c docsCmd) Run(env *Env) error {
	if err := app.Check(); err != nil {
		return err
	}
	text, err := Document(c.Which)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(env.Out, text)
	return err
}

// Document is one generated document, as it stands in docs/.
func Document(which string) (string, error) {
	switch which {
	case "who-may":
		p, err := app.Policy()
		if err != nil {
			return "", err
		}
		return p.WhoMayMarkdown(), nil
	case "process":
		return process.Page(), nil
	case "routes":
		return routes()
	case "settings":
		return settings()
	}
	return events(), nil
}

func events() string {
	var b strings.Builder
	b.WriteString("# Events\n\nEvery kind of entry that the ledger holds. Kinds are sealed with the rest of the " +
		"entry.\n\n| event | what it says |\n| --- | --- |\n")
	all := concern.Events()
	for k, v := range directory.Events() {
		all[k] = v
	}
	maps.Copy(all, room.SharedEvents())
	maps.Copy(all, bulk.Events())
	for _, r := range app.Rooms() {
		maps.Copy(all, r.Events(app.Rooms()...))
	}
	var kinds []string
	for k := range all {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	for _, k := range kinds {
		fmt.Fprintf(&b, "| `%s` | %s |\n", k, all[k])
	}
	b.WriteString("\n## Numbers of kinds of record\n\nEach entry, and the head of its record, names in the clear which " +
		"kind of record it is of. A number is never given twice.\n\n| number | kind of record |\n| --- | --- |\n")
	numbers := maps.Clone(ledger.Own)
	for _, r := range app.Rooms() {
		numbers[r.Number] = r.One
	}
	for _, n := range slices.Sorted(maps.Keys(numbers)) {
		fmt.Fprintf(&b, "| %d | %s |\n", n, numbers[n])
	}
	return b.String()
}

func routes() (string, error) {
	var b strings.Builder
	b.WriteString("# Routes\n\nEvery page with the access rule that its route keeps. `signed_in`: the slice decides " +
		"about the record; `public`: open to everybody.\n\n| page | method and path | rule |\n| --- | --- | --- |\n")
	for _, p := range (&app.App{}).Parts() {
		for _, r := range p.Routes {
			fmt.Fprintf(&b, "| %s | `%s %s` | %s |\n", r.Title, r.Method, r.Pattern, r.Access)
		}
	}
	a := api.New(api.Parts{Kinds: app.Kinds()})
	b.WriteString("\n## API\n\nBearer token; the desk decides about the record.\n\n")
	for _, r := range a.Routes() {
		fmt.Fprintf(&b, "- `%s`\n", r)
	}
	b.WriteString("\n## The program's own\n\n- `GET /healthz` `GET /readyz` `GET /readyz/pages` `GET /log/checkpoint` " +
		"`GET /log/tile/…` `GET /assets/…`\n- `GET /metrics`, at the address of `--metrics` alone\n")
	return b.String(), nil
}

// Command is one command with its flags, for the documents and what is compared with them.
type Command struct {
	Path  string // "heed user add"
	Flags []*kong.Flag
}

// Commands are all that people may type.
func Commands() ([]Command, error) {
	parser, err := newParser(new(CLI))
	if err != nil {
		return nil, err
	}
	var all []Command
	for _, leaf := range parser.Model.Leaves(true) {
		c := Command{Path: "heed " + strings.TrimPrefix(leaf.Path(), "heed ")}
		if words := strings.Fields(c.Path); len(words) > 1 { // without the names of arguments
			c.Path = strings.Join(slices.DeleteFunc(words, func(w string) bool {
				return strings.HasPrefix(w, "<") || strings.HasPrefix(w, "[")
			}), " ")
		}
		for _, group := range leaf.AllFlags(true) {
			for _, f := range group {
				if f.Name != "help" && !slices.ContainsFunc(c.Flags, func(x *kong.Flag) bool { return x.Name == f.Name }) {
					c.Flags = append(c.Flags, f)
				}
			}
		}
		all = append(all, c)
	}
	return all, nil
}

// settings is every flag of every command.
func settings() (string, error) {
	all, err := Commands()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("# Settings\n\nEvery command with its flags. A flag that has a variable of the environment can be " +
		"given by either; the flag goes before the variable, and a variable without a value is not set. Times may be in " +
		"days: `35d`.\n")
	for _, c := range all {
		fmt.Fprintf(&b, "\n## %s\n", c.Path)
		if len(c.Flags) > 0 {
			b.WriteString("\n| flag | variable | when not given | what it is |\n| --- | --- | --- | --- |\n")
		}
		for _, f := range c.Flags {
			fmt.Fprintf(&b, "| `--%s` | %s | %s | %s |\n", f.Name, marked(strings.Join(f.Envs, ", ")), marked(f.Default),
				strings.ReplaceAll(f.Help, "|", "\\|"))
		}
	}
	return b.String(), nil
}

// marked shows what is not empty as code.
func marked(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}
