package plant_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/heedtest/plant"
)

const whole = `package main

import "fmt"

const most = 3

type list[T any] []T

func (list[T]) name(_ int, rest ...string) (string, error) { return fmt.Sprint("good", rest), nil }

func said[T any](list[T], string) { fmt.Println("good") }

func down(n int) int {
	if n == 0 {
		return 0
	}
	return 1 + down(n-1)
}

func main() {
	fmt.Println(list[int]{}.name(1, "a", "b"))
	said(list[int]{}, "")
	fmt.Println(down(most))
}
`

// A fault that sleeps changes nothing; one that is awake changes what it alone would change.
func TestAFaultWakesAlone(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "main.go")
	faults := []plant.Fault{
		{file, `"good", rest`, `"bad", rest`},
		{file, `fmt.Println("good")`, `fmt.Println("bad")`},
		{file, `1 + down(n-1)`, `2 + down(n-1)`},
		{file, `const most = 3`, `const most = 4`},
		{file, "return 0\n", "return 9\n"},
	}
	texts := map[string]string{file: whole}
	files, alone, err := plant.Asleep(texts, faults)
	if err != nil {
		t.Fatal(err)
	}
	if len(alone) != 1 || alone[0] != 3 {
		t.Errorf("alone: %v; want the constant", alone)
	}
	asleep := built(t, dir, files)
	for i, want := range []string{"bad[a b] <nil> good 3", "good[a b] <nil> bad 3", "good[a b] <nil> good 6", "",
		"good[a b] <nil> good 12", "good[a b] <nil> good 3"} {
		if want == "" {
			continue
		}
		cmd := exec.Command(asleep)
		cmd.Env = append(os.Environ(), plant.Wakes+"="+string(rune('0'+i)))
		out, err := cmd.Output()
		if got := strings.Join(strings.Fields(string(out)), " "); err != nil || got != want {
			t.Errorf("fault %d: %q, %v; want %q", i, got, err, want)
		}
	}
	only, err := plant.Alone(texts, faults[3])
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(built(t, dir, only)).Output(); err != nil || !strings.HasSuffix(string(out), "4\n") {
		t.Errorf("the constant alone: %q, %v", out, err)
	}
}

func TestAPassageStandsOnce(t *testing.T) {
	f := plant.Fault{"a.go", "x", "y"}
	for _, text := range []string{"package a", "package a // x x"} {
		if _, _, err := plant.Asleep(map[string]string{"a.go": text}, []plant.Fault{f}); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

func built(t *testing.T, dir string, files map[string]string) string {
	t.Helper()
	args := []string{"build", "-o", filepath.Join(t.TempDir(), "it")}
	for path, text := range files {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return args[2]
}
