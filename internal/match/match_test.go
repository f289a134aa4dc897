package match

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"heed/internal/id"
	"heed/record"
)

var t0 = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// planted are made-up people: a name, the same spelt otherwise, and in another script.
// Another form of a name (George for Giorgos, Kate for Catherine) is not found by it.
var planted = [][3]string{
	{"Mohammed Khan", "Muhammad Khaan", "محمد خان"},
	{"Mohamed Hussain", "Muhammed Hussein", "محمد حسين"},
	{"Ahmed Siddiqui", "Ahmad Siddiqi", "احمد صدیقی"},
	{"Fatima Malik", "Fatema Mallik", "فاطمہ ملک"},
	{"Aisha Begum", "Ayesha Begam", "আয়েশা বেগম"},
	{"Yusuf Rahman", "Yousef Rehman", "يوسف رحمن"},
	{"Nasrin Khatun", "Nasreen Khatoon", "নাসরিন খাতুন"},
	{"Abdul Karim", "Abdool Kareem", "আব্দুল করিম"},
	{"Omar Farooq", "Umar Faruk", "عمر فاروق"},
	{"Ibrahim Chowdhury", "Ebrahim Choudhury", "ইব্রাহিম চৌধুরী"},
	{"Zainab Ali", "Zaynab Alli", "زينب علي"},
	{"Bilal Sheikh", "Bilaal Shaikh", "بلال شيخ"},
	{"Rashid Mahmood", "Rasheed Mahmud", "رشيد محمود"},
	{"Tariq Aziz", "Tarik Azeez", "طارق عزيز"},
	{"Hamza Iqbal", "Hamzah Ikbal", "حمزہ اقبال"},
	{"Samira Haddad", "Sameera Hadad", "سميرة حداد"},
	{"Khalid Mansour", "Khaled Mansoor", "خالد منصور"},
	{"Shabnam Mirza", "Shabnum Meerza", "شبنم مرزا"},
	{"Sergei Ivanov", "Sergey Ivanoff", "Сергей Иванов"},
	{"Dmitri Petrov", "Dmitry Petroff", "Дмитрий Петров"},
	{"Natalia Sokolova", "Nataliya Sokolova", "Наталья Соколова"},
	{"Mikhail Popov", "Mihail Popoff", "Михаил Попов"},
	{"Oksana Kovalenko", "Oxana Kovalenko", "Оксана Коваленко"},
	{"Elena Morozova", "Yelena Morozova", "Елена Морозова"},
	{"Andrei Volkov", "Andrey Volkoff", "Андрей Волков"},
	{"Giorgos Papadopoulos", "Yiorgos Papadopulos", "Γιώργος Παπαδόπουλος"},
	{"Nikos Dimitriou", "Nicos Demetriou", "Νίκος Δημητρίου"},
	{"Eleni Georgiou", "Elenie Georgiu", "Ελένη Γεωργίου"},
	{"Stavros Markou", "Stavros Marcou", "Σταύρος Μάρκου"},
	{"Catherine Smith", "Kathryn Smyth", "CATHERINE SMÎTH"},
	{"Stephen Clark", "Steven Clarke", "Stéphen Clárk"},
	{"Philip Reid", "Phillip Reed", "Phílip Réid"},
	{"Geoffrey Brown", "Jeffrey Browne", "Geoffréy Brówn"},
	{"Sarah MacDonald", "Sara McDonald", "Sârah MacDonald"},
	{"Siân O’Connor", "Sian O'Conor", "Sian O`Connor"},
	{"Zoë Wright", "Zoe Right", "Zoé Wright"},
	{"José Álvarez", "Jose Alvares", "Jose Alvarez"},
	{"Łukasz Nowak", "Lukasz Novak", "Lukász Nowak"},
	{"Anne-Marie Thompson", "Ann Marie Thomson", "Anne–Marie Thompson"},
	{"Jon Michael Hughes", "John Micheal Hughs", "Jón Michael Hughes"},
}

// numbers are NHS numbers of the range for tests: right, and nobody's.
func number(n int) string {
	for ; ; n++ {
		nine := fmt.Sprintf("999%06d", n)
		sum := 0
		for i := range 9 {
			sum += int(nine[i]-'0') * (10 - i)
		}
		if check := (11 - sum%11) % 11; check < 10 {
			return nine + fmt.Sprint(check)
		}
	}
}

func swapped(name string) string {
	w := strings.Fields(name)
	return w[len(w)-1] + ", " + strings.Join(w[:len(w)-1], " ")
}

// later is a record that is made after all others.
func later() id.Record { return id.NewRecord(t0.AddDate(1, 0, 0)) }

func place() Place { return Place{id.NewOrg(t0), record.Patient} }

// TestTwoHundredPlantedAreFound: spelling, order, script, a number that is missing.
func TestTwoHundredPlantedAreFound(t *testing.T) {
	x, at := NewIndex(), place()
	tried, missed := 0, 0
	for i, names := range planted {
		born := time.Date(1960+i, time.Month(1+i%12), 2+i%27, 0, 0, 0, 0, time.UTC)
		rec := id.NewRecord(t0)
		x.Put(at, rec, 1, Of(Person{names[0], born.Format(time.DateOnly), number(i * 100)}))
		for _, p := range []Person{
			{names[1], born.Format("2 January 2006"), number(i * 100)},
			{swapped(names[0]), born.Format("2/1/2006"), ""},
			{names[2], born.Format("02.01.2006"), ""},
			{"Mr " + strings.ToUpper(names[1]), born.Format("2 Jan 2006"), "not known"},
			{swapped(names[2]), born.Format("2 1 2006"), ""},
		} {
			tried++
			if got := x.Earlier(at, later(), Of(p)); !slices.Equal(got, []id.Record{rec}) {
				missed++
				t.Errorf("%q for %q: %d found; words %v %v, sounds %q %q", p.Name, names[0], len(got), words(names[0]),
					words(p.Name), heard(names[0]), heard(p.Name))
			}
		}
		if got := x.Earlier(at, later(), Of(Person{Number: number(i * 100)[:3] + " " +
			number(i * 100)[3:]})); len(got) != 1 {
			t.Errorf("the number alone of %q: %d found", names[0], len(got))
		}
	}
	t.Logf("%d of %d planted found", tried-missed, tried)
}

func heard(name string) (out []string) {
	for _, w := range words(name) {
		out = append(out, sounds(w.text)...)
	}
	return out
}

// TestTooLittleMatchesNobody: what too many people share is no token.
func TestTooLittleMatchesNobody(t *testing.T) {
	for _, p := range []Person{
		{}, {Name: "Mohammed Khan"}, {Name: "Mohammed Khan", Born: "about 40"}, {Name: "Mohammed Khan", Born: "1984"},
		{Name: "Mohammed", Born: "3 May 1984"}, {Name: "M. K.", Born: "3 May 1984"}, {Born: "3 May 1984"},
		{Name: "Mr Khan", Born: "3 May 1984"},
		{Name: "Unknown Khan", Born: "3 May 1984"}, {Name: "Baby (twin) Khan", Born: "3 May 1984"},
		{Name: "Smith-Jones", Born: "3 May 1984"},
		{Name: "Mohammed Ali Khan", Born: "1 January 1984"}, {Number: "999 000 0000"}, {Number: "999"},
	} {
		if got := Of(p); len(got.All) != 0 || got.Recipe != Recipe {
			t.Errorf("%+v gives %d tokens", p, len(got.All))
		}
	}
}

func TestDays(t *testing.T) {
	for typed, want := range map[string]string{
		"1984-05-03": "1984-05-03", "3/5/1984": "1984-05-03", "03/05/84": "1984-05-03", "3 May 1984": "1984-05-03",
		"3rd may 1984": "1984-05-03",
		"May 3, 1984":  "1984-05-03", " 3  MAY  1984 ": "1984-05-03", "21st August 2009": "2009-08-21",
		"3.5.09": "2009-05-03", "3/5/68": "1968-05-03",
		"31/2/1984": "", "34": "", "in his thirties": "", "May 1984": "", "": "", "3 May 1984 or 1985": "",
	} {
		got, ok := day(typed)
		if ok != (want != "") || ok && got.Format(time.DateOnly) != want {
			t.Errorf("%q is %v %v, want %q", typed, got, ok, want)
		}
	}
}

// TestIndex: within its place only, never itself, and gone when it is erased.
func TestIndex(t *testing.T) {
	x, at := NewIndex(), place()
	a, b := id.NewRecord(t0), id.NewRecord(t0.Add(time.Second))
	same := Of(Person{Name: "Mohammed Khan", Born: "3 May 1984", Number: number(0)})
	x.Put(at, a, 1, same)
	x.Put(at, a, 1, same) // again is once
	x.Put(at, b, 1, same)
	if got := x.Earlier(at, b, same); !slices.Equal(got, []id.Record{a}) || len(x.Records()) != 2 {
		t.Errorf("others %v of %v", got, x.Records())
	}
	if got := x.Earlier(at, a, same); len(got) != 0 {
		t.Errorf("a later record is found with an earlier one: %v", got)
	}
	for _, other := range []Place{{at.Org, record.Colleague}, {id.NewOrg(t0), record.Patient}} {
		if got := x.Earlier(other, later(), same); len(got) != 0 {
			t.Errorf("from %v others are seen: %v", other, got)
		}
	}
	x.Put(at, a, 2, Of(Person{Name: "Somebody Else", Born: "4 May 1984"})) // what is known was put right
	x.Put(at, a, 1, same)                                                  // from a snapshot that is older
	if got := x.Earlier(at, b, same); len(got) != 0 || x.Version(a) != 2 {
		t.Errorf("after a correction %v, at version %d", got, x.Version(a))
	}
	x.Remove(a)
	x.Remove(a)
	x.Remove(b)
	if len(x.records)+len(x.held) != 0 || x.Version(a) != 0 {
		t.Errorf("after the erasures something is left: %+v", x)
	}
}

// TestMemoryHoldsKeyedTokensOnly: two processes hold different things for one person,
// and neither holds the token itself.
func TestMemoryHoldsKeyedTokensOnly(t *testing.T) {
	at, rec := place(), id.NewRecord(t0)
	same := Of(Person{Name: "Mohammed Khan", Born: "3 May 1984", Number: number(0)})
	one, two := NewIndex(), NewIndex()
	one.Put(at, rec, 1, same)
	two.Put(at, rec, 1, same)
	for k := range one.records {
		if _, both := two.records[k]; both || slices.Contains(same.All, Token(k)) {
			t.Error("a token is held as another process holds it, or as it is")
		}
	}
}

// TestTheDatabaseTellsNothing: what two records about one person keep has nothing in
// common, and has the size of what is kept about somebody of whom little is known.
func TestTheDatabaseTellsNothing(t *testing.T) {
	sealed := func(p Person) []byte {
		text, err := json.Marshal(Of(p))
		if err != nil {
			t.Fatal(err)
		}
		key, err := record.OpenKey(record.NewRecordKey())
		if err != nil {
			t.Fatal(err)
		}
		return key.Seal(record.Place{Field: "match"}, record.Pad(text, 0))
	}
	full := Person{"Anne Marie Louise Thompson", "3 May 1984", number(0)}
	a, b, little := sealed(full), sealed(full), sealed(Person{Name: "Anne"})
	if len(a) != len(b) || len(a) != len(little) {
		t.Errorf("sealed tokens have %d, %d and %d bytes", len(a), len(b), len(little))
	}
	for i := 0; i+8 <= len(a); i++ {
		if bytes.Contains(b, a[i:i+8]) {
			t.Fatalf("two records about one person share bytes at %d", i)
		}
	}
	var back Tokens
	text, _ := json.Marshal(Of(full))
	if err := json.Unmarshal(record.Pad(text, 0), &back); err != nil || !slices.Equal(back.All, Of(full).All) ||
		len(back.All) != 7 {
		t.Errorf("tokens come back as %v: %v", back, err)
	}
}

// TestTheRecipe: tokens stand in sealed records. When this fails, what is kept is not
// found any more: the recipe has another version, or must not change.
func TestTheRecipe(t *testing.T) {
	text, err := json.Marshal(Of(Person{"Mohammed Khan", "3 May 1984", "9990000018"}))
	if err != nil || string(text) != recipe1 {
		t.Errorf("recipe %d gives %s: %v", Recipe, text, err)
	}
}

var recipe1 = `{"recipe":1,"tokens":"IPwJKc4fPQQXlin4IM2sJ2Awt9/nXEPktwJ2w2JDvK8` + strings.Repeat("A", 299) + `=="}`

// FuzzOf: whatever was typed gives tokens, the same each time, and few of them.
func FuzzOf(f *testing.F) {
	for _, names := range planted {
		f.Add(names[2], "3 May 1984", "")
	}
	f.Add("gh wr Ye 'x", "3rd may 84", "999 000 0018")
	f.Fuzz(func(t *testing.T, name, born, number string) {
		p := Person{name, born, number}
		got := Of(p)
		if !slices.Equal(got.All, Of(p).All) || len(got.All) > 1+6*9 {
			t.Errorf("%q gives %d tokens", name, len(got.All))
		}
	})
}
