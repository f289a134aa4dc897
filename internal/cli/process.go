package cli

import (
	"encoding/json"
	"os"

	"heed/internal/app"
	"heed/internal/fail"
	"heed/internal/process"
	"heed/internal/room"
)

type processCmd struct {
	Check processCheckCmd `cmd:"" help:"Prove that definitions are whole, and that a concern's keeps every safeguard."`
}

type processCheckCmd struct {
	Files []string `arg:"" optional:"" type:"path" help:"Definitions and overlays (JSON). None: all that are shipped."`
	Show  bool     `help:"Print the process of a concern as a page."`
}

func (processCheckCmd) Help() string {
	return `    heed process check
    heed process check internal/policy/definitions/policy-1.json

It names file, line, place and what to do where a step can be taken by nobody, nothing is due, no end can be
reached, or the like; and of a concern the shortest way around a safeguard.`
}

func (c *processCheckCmd) Run(env *Env) error {
	if c.Show {
		env.say("%s", process.Patient().Markdown())
	}
	for _, file := range c.Files {
		if err := env.checkFile(file); err != nil {
			return err
		}
	}
	if len(c.Files) > 0 {
		return nil
	}
	for _, r := range app.Kinds() {
		for _, d := range r.Definitions {
			if err := env.checkDefinition(d); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkFile checks what a file holds: an overlay, or a definition.
func (e *Env) checkFile(file string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return fail.Wrap(fail.Bad, err, "The file %s is not there, or this user may not read it", file)
	}
	var of struct {
		Overlay string `json:"overlay"`
	}
	if json.Unmarshal(raw, &of) == nil && of.Overlay != "" {
		c := overlayCheckCmd{overlayFile{file}}
		return c.Run(e)
	}
	d, err := process.ParseFile(file, raw)
	if err != nil {
		return err
	}
	return e.checkDefinition(d)
}

// checkDefinition proves of a definition what holds for every kind of record, and of that of a
// concern its safeguards.
func (e *Env) checkDefinition(d *process.Definition) error {
	r, err := room.CheckDefinition(app.Kinds(), d)
	if err != nil {
		return fail.Wrap(fail.Bad, err, "%v", err)
	}
	if d.Process == process.Patient().Process {
		report := process.Check(d)
		e.say("%s", report)
		if !report.OK() {
			return exit(1)
		}
	}
	e.say("%s: every step can be taken and every form answered, every way comes to an end, and nothing open is without a "+
		"next date.", d.Name())
	if r == nil {
		e.say("No kind of record is called %s yet: who may do it was not asked. See \"Add a room\" in CONTRIBUTING.md.",
			d.Process)
	}
	return nil
}
