package settings

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

type config struct {
	text  string
	flag  bool
	list  []string
	pairs map[string]string
	time  time.Duration
	inner string
}

func (c *config) read(text string) error {
	v, err := strictjson.Parse(text)
	if err != nil {
		return err
	}
	return Fields{
		"text": &c.text, "flag": &c.flag, "list": &c.list, "pairs": Texts(&c.pairs), "seconds": &c.time,
		"inner": func(v strictjson.Value) error { return Fields{"text": &c.inner}.Read(v) },
	}.Read(v)
}

func TestRead(t *testing.T) {
	var got config
	err := got.read(`{"text":"a","flag":true,"list":["b"],"pairs":{"c":"d"},"seconds":90,"inner":{"text":"e"}}`)
	want := config{"a", true, []string{"b"}, map[string]string{"c": "d"}, 90 * time.Second, "e"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	got = config{}
	if err := got.read(`{"text":null,"list":null,"pairs":null}`); err != nil || !reflect.DeepEqual(got, config{}) {
		t.Errorf("null: got %+v, %v", got, err)
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"an array", `[]`, "want an object, got an array"},
		{"an unknown member", `{"x":1}`, `"x": not known to this release`},
		{"null for an unknown member", `{"x":null}`, `"x": not known to this release`},
		{"a number for a text", `{"text":1}`, `"text": a number is not what belongs there`},
		{"a text for a flag", `{"flag":"true"}`, `"flag": a string`},
		{"a number in a list", `{"list":[1]}`, `"list": an array`},
		{"a number among texts", `{"pairs":{"a":1}}`, `"pairs": "a": a number`},
		{"a list for texts", `{"pairs":[]}`, `"pairs": want an object, got an array`},
		{"a fraction of a second", `{"seconds":0.5}`, `"seconds": a number`},
		{"within another", `{"inner":{"x":1}}`, `"inner": "x": not known`},
	} {
		if err := new(config).read(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

func TestSeconds(t *testing.T) {
	for d, want := range map[time.Duration]string{90 * time.Second: "90", time.Second / 2: "0.5", 0: "0"} {
		if got, err := json.Marshal(Seconds(d)); err != nil || string(got) != want {
			t.Errorf("%v: got %s, %v", d, got, err)
		}
	}
	if got := Duration(1 << 60); got < 200*365*24*time.Hour {
		t.Errorf("an overflow becomes %v", got)
	}
}
