package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func book() Book {
	return Book{
		Title: "Advice in time, 2023 to 2024", Author: "An organisation", Contact: "figures@example.nhs.uk",
		Published: time.Date(2024, 6, 3, 0, 0, 0, 0, time.UTC), About: []string{"Fictional figures."},
		Notes: []Note{{"[note 1]", "One month was <b>not</b> counted & is left out"}},
		Tables: []Table{{
			Name: "Advice", Title: "Advice in time by month [note 1]", Header: []string{"Month", "Value", "Count"},
			Rows: [][]Cell{{T("April 2023"), N(61.5), T("*")}, {T("=1+1"), N(math.NaN()), N(0)}},
		}},
	}
}

// TestODS reads the file back by its parts.
func TestODS(t *testing.T) {
	raw, err := book().ODS()
	if err != nil {
		t.Fatal(err)
	}
	again, _ := book().ODS()
	if !bytes.Equal(raw, again) {
		t.Error("the same book gives other bytes")
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	if z.File[0].Name != "mimetype" || z.File[0].Method != zip.Store || string(raw[30:38]) != "mimetype" ||
		string(raw[38:38+len(mimeType)]) != mimeType {
		t.Error("the type does not stand first, uncompressed")
	}
	content := ""
	for _, f := range z.File[1:] {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(bytes.NewReader(body))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
		}
		if f.Name == "content.xml" {
			content = string(body)
		}
	}
	for _, want := range []string{
		`table:name="Cover"`, `table:name="Notes"`, `table:name="Advice"`, "This sheet contains one table.",
		`office:value-type="float" office:value="61.5"`, `office:value-type="string"><text:p>*</text:p>`,
		`<text:p>=1+1</text:p>`, "[x]",
		`table:target-range-address="'Advice'.A4:'Advice'.C6" table:contains-header="true"`,
	} {
		if !strings.Contains(content, want) {
			t.Errorf("content.xml lacks %s", want)
		}
	}
	for _, never := range []string{"table:formula", "covered-table-cell", "spanned", "visibility", "draw:", "script"} {
		if strings.Contains(content, never) {
			t.Errorf("content.xml has %s", never)
		}
	}
}

// TestLibreOffice has the office program open the file, where there is one.
func TestLibreOffice(t *testing.T) {
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("soffice is not installed; TestODS reads the file by its parts")
	}
	if testing.Short() {
		t.Skip("slow")
	}
	dir := t.TempDir()
	raw, err := book().ODS()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "book.ods"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	// Filter options: comma, quotes, UTF-8, …, -1 = every sheet into its own file.
	cmd := exec.Command(office, "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--convert-to",
		`csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1`, "--outdir", dir,
		filepath.Join(dir, "book.ods"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	got, err := os.ReadFile(filepath.Join(dir, "book-Advice.csv"))
	if err != nil {
		t.Fatal(err)
	}
	want := "Advice in time by month [note 1],,\nThis sheet contains one table.,,\nNotes and shorthand are explained in " +
		"the sheet Notes.,,\nMonth,Value,Count\nApril 2023,61.5,*\n=1+1,[x],0\n"
	if string(got) != want {
		t.Errorf("LibreOffice reads\n%s\nwant\n%s", got, want)
	}
}

func TestRefused(t *testing.T) {
	for name, spoil := range map[string]func(*Book){
		"no table":     func(b *Book) { b.Tables = nil },
		"blank cell":   func(b *Book) { b.Tables[0].Rows[0][0] = T("") },
		"short row":    func(b *Book) { b.Tables[0].Rows[0] = b.Tables[0].Rows[0][:1] },
		"twin columns": func(b *Book) { b.Tables[0].Header[1] = "Month" },
		"twin sheets":  func(b *Book) { b.Tables[0].Name = "notes" },
	} {
		b := book()
		spoil(&b)
		if _, err := b.ODS(); err == nil {
			t.Errorf("%s is written", name)
		}
	}
}

func TestCSV(t *testing.T) {
	raw, err := CSV(book().Tables[0])
	if err != nil || string(raw) != "Month,Value,Count\nApril 2023,61.5,*\n'=1+1,[x],0\n" {
		t.Errorf("CSV is %q, %v", raw, err)
	}
	if got := FileName("Advice in time, 2023 to 2024!", "ods"); got != "advice-in-time-2023-to-2024.ods" {
		t.Errorf("file name is %s", got)
	}
	if !bytes.Contains(book().Metadata(book().Tables[0]), []byte("[note 1]: One month")) {
		t.Error("the metadata has no notes")
	}
	for _, c := range []string{"AA", "Z", "A"} {
		if got := column(map[string]int{"A": 1, "Z": 26, "AA": 27}[c]); got != c {
			t.Errorf("column is %s, want %s", got, c)
		}
	}
	if p := Parse("1e3"); !p.Is || p.Number != 1000 || Parse("*").Is || Parse("0x10").Is {
		t.Error("numbers and texts are mixed up")
	}
}
