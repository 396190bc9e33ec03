package secureapi

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// digest is a short form of what a deployment depends on, for the hash in its logical ID. CDK resolves what is hashed
// each time that it needs the ID, about five times in a synthesis. With the properties of all methods, that would take
// longer than everything else. So literals are hashed here, and CDK resolves only the tokens, each once.
type digest struct {
	hash   hash.Hash
	tokens []any          // in the order in which they were first met
	places map[string]int // the index in tokens of each token that is a text or number
}

func newDigest() *digest { return &digest{hash: sha256.New(), places: map[string]int{}} }

// value returns what is added to the deployment's logical ID.
func (d *digest) value() map[string]any {
	return map[string]any{"sha256": hex.EncodeToString(d.hash.Sum(nil)), "tokens": d.tokens}
}

// tokenText matches a CDK token within a text, and as the only element of a list. The number in a token depends on
// which other tokens were created before.
// Source: aws-cdk-lib 2.270.0, core/lib/private/encoding.js
var tokenText = regexp.MustCompile(`[$#]\{Token\[[^\]]*\]\}`)

// tokenNumber is larger than every number that stands for a token; those are near -1.888e289.
// Source: aws-cdk-lib 2.270.0, core/lib/private/encoding.js (createTokenDouble)
const tokenNumber = -1e288

// add hashes a value from [plainValue]. CDK's own objects are left to CDK.
func (d *digest) add(value any) {
	switch v := value.(type) {
	case nil, bool:
		fmt.Fprintf(d.hash, "%v,", v)
	case string:
		d.text(v)
	case float64:
		if v < tokenNumber {
			fmt.Fprintf(d.hash, "token %d,", d.place(fmt.Sprint(v), v))
		} else {
			fmt.Fprintf(d.hash, "%v,", v)
		}
	case []any:
		fmt.Fprintf(d.hash, "list %d,", len(v))
		for _, element := range v {
			d.add(element)
		}
	case map[string]any:
		fmt.Fprintf(d.hash, "map %d,", len(v))
		for _, name := range slices.Sorted(maps.Keys(v)) {
			d.text(name)
			d.add(v[name])
		}
	default:
		fmt.Fprintf(d.hash, "object %d,", len(d.tokens))
		d.tokens = append(d.tokens, v)
	}
}

// text hashes the text around tokens, and which tokens they are.
func (d *digest) text(s string) {
	var literals []string
	var places []int
	from := 0
	for _, at := range tokenText.FindAllStringIndex(s, -1) {
		t := s[at[0]:at[1]]
		var value any = t
		if strings.HasPrefix(t, "#") { // CDK resolves these only in a list
			value = []any{t}
		}
		literals, places = append(literals, s[from:at[0]]), append(places, d.place(t, value))
		from = at[1]
	}
	fmt.Fprintf(d.hash, "%q %d,", append(literals, s[from:]), places)
}

// place returns a token's index in the list.
func (d *digest) place(t string, value any) int {
	i, known := d.places[t]
	if !known {
		i = len(d.tokens)
		d.places[t] = i
		d.tokens = append(d.tokens, value)
	}
	return i
}
