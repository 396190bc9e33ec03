package cli

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// claims is a flag of NAME=VALUE, which may be given several times.
type claims map[string]any

func (c *claims) String() string { return strings.Join(slices.Sorted(maps.Keys(*c)), " ") }

func (c *claims) Set(text string) error {
	name, value, err := parseClaim(text)
	if err != nil {
		return err
	}
	if _, twice := (*c)[name]; twice {
		return fmt.Errorf("the claim %q is given twice: give it once, as a list if it has several values: %s=[\"a\",\"b\"]",
			name, name)
	}
	if *c == nil {
		*c = claims{}
	}
	(*c)[name] = value
	return nil
}

// parseClaim reads NAME=VALUE. A value that is JSON, such as 3, true, null, "01234" or ["a","b"], is read as JSON,
// other values as text. A value that begins as a JSON string, array or object but is not JSON is an error.
func parseClaim(text string) (name string, value any, err error) {
	name, raw, found := strings.Cut(text, "=")
	switch {
	case !found || name == "":
		return "", nil, fmt.Errorf("want NAME=VALUE, such as tenant=acme or level=3")
	case !utf8.ValidString(text):
		return "", nil, fmt.Errorf("it is not valid UTF-8, as all text in a token is")
	case raw == "" || strings.TrimSpace(raw) != raw:
		return name, raw, nil
	}
	if _, err := strictjson.Parse(raw); err != nil {
		if strings.ContainsRune(`{["`, rune(raw[0])) {
			return "", nil, fmt.Errorf("the value begins as JSON but is not JSON that a token can have: %w: "+
				"write such a text as a JSON string", err)
		}
		return name, raw, nil
	}
	d := json.NewDecoder(strings.NewReader(raw))
	d.UseNumber() // so that a number stays as it was given
	if err := d.Decode(&value); err != nil {
		return "", nil, fmt.Errorf("the value: %w", err)
	}
	return name, value, nil
}
