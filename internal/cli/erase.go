package cli

import (
	"time"

	"heed/internal/app"
	"heed/internal/id"
)

type eraseCmd struct {
	place      `embed:""`
	Reference  string        `arg:"" help:"Reference of the record, of whatever kind, which has ended."`
	Reason     string        `env:"-" help:"Why it is erased; kept." required:""`
	By         []string      `env:"-" help:"Logins of two people who give their word; of which roles is said for each kind of record on the page Who may see what. Each is asked for password and code, or HEED_WORD_1 and HEED_WORD_2 hold them." required:""`
	BackupLife time.Duration `help:"How long backups of the key store are kept, as heed serve says it: the certificate tells until when the record could be brought back." env:"HEED_BACKUP_LIFE" default:"35d"`
	Org        string        `env:"-" help:"Name of the organisation, when there are several."`
}

func (eraseCmd) Help() string {
	return `    heed erase HD-7K2M-9QXA --reason "Retention ended" --by guardian --by l.sample

The text can never be read again; that there was a record, and who erased it and why, stays. The certificate says from when on no backup can bring it back.`
}

func (c *eraseCmd) Run(env *Env) error {
	ref, err := id.ParseReference(c.Reference)
	if err != nil {
		return err
	}
	if err := backupLife(c.BackupLife); err != nil {
		return err
	}
	cfg := c.config()
	cfg.BackupLife = c.BackupLife
	return openConfig(env, cfg, func(a *app.App) error {
		o, err := organisation(env, a, c.Org)
		if err != nil {
			return err
		}
		words, err := words(env, a, c.By)
		if err != nil {
			return err
		}
		r, err := a.Rooms.RoomOf(env.Ctx, o.ID, ref)
		if err != nil {
			return err
		}
		certificate, err := a.Rooms.Erase(env.Ctx, r, o.ID, ref, c.Reason, words...)
		if err != nil {
			return err
		}
		env.say("%s", certificate.Text())
		return nil
	})
}
