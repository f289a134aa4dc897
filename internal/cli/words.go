package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"heed/internal/app"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/plain"
)

// words are those of several people, one after the other.
func words(env *Env, a *app.App, logins []string) ([]directory.Word, error) {
	var out []directory.Word
	for i, login := range logins {
		w, err := word(env, a, login, fmt.Sprintf("HEED_WORD_%d", i+1))
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, nil
}

// word asks somebody for password and the code from the app: from the environment, else
// line by line. They are not taken from arguments, which other users can see.
func word(env *Env, a *app.App, login, variable string) (directory.Word, error) {
	password, code, err := given(variable)
	if err != nil {
		return directory.Word{}, err
	}
	if password == "" {
		if password, code, err = asked(env, login, "6 digit code"); err != nil {
			return directory.Word{}, err
		}
	}
	w, err := a.Directory.GiveWord(env.Ctx, login, password, code)
	if fail.Is(err, fail.SignIn) {
		return w, fail.Wrap(fail.SignIn, err, "The word of %s does not count: their login name, password or code does not "+
			"look right. "+plain.NextCode, login)
	}
	return w, err
}

// given is "password code" from a variable; nothing when it is not set.
func given(variable string) (password, code string, err error) {
	v := strings.TrimSpace(os.Getenv(variable))
	if v == "" {
		return "", "", nil
	}
	i := strings.LastIndexByte(v, ' ')
	if i < 0 {
		return "", "", fail.New(fail.Bad, "%s must be a password, a space, and the 6 digit code that the app shows now",
			variable)
	}
	return strings.TrimRight(v[:i], " "), v[i+1:], nil
}

func asked(env *Env, login, what string) (password, code string, err error) {
	fmt.Fprintf(env.Err, "Password of %s: ", login)
	if password, err = line(env, true); err != nil {
		return "", "", err
	}
	fmt.Fprintf(env.Err, "%s of %s: ", what, login)
	code, err = line(env, false)
	return password, code, err
}

// line reads one line; the screen does not show a secret one. It ends when the
// program is told to stop.
func line(env *Env, secret bool) (string, error) {
	if env.lines == nil {
		env.lines = bufio.NewReader(env.In)
	}
	in := env.lines
	if secret {
		show := hide(env.In)
		defer func() {
			if show() {
				fmt.Fprintln(env.Err)
			}
		}()
	}
	type typed struct {
		text string
		err  error
	}
	got := make(chan typed, 1)
	go func() {
		s, err := in.ReadString('\n')
		got <- typed{s, err}
	}()
	select {
	case <-env.Ctx.Done():
		return "", context.Cause(env.Ctx)
	case t := <-got:
		if t.err != nil && (t.err != io.EOF || t.text == "") {
			return "", fail.New(fail.Bad, "Enter a password and a code: nothing more was typed")
		}
		return strings.TrimRight(t.text, "\r\n"), nil
	}
}
