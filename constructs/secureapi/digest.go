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

// digest is what a deployment depends on, in a short form for the hash in its logical id. CDK resolves what is hashed
// each time that it asks for the id, some five times in a synthesis: with the properties of all methods that took
// longer than all the rest. So what is literal is hashed here, and CDK resolves the tokens alone, each once.
type digest struct {
	hash   hash.Hash
	tokens []any          // as they are first met
	places map[string]int // of tokens that are texts or numbers
}

func newDigest() *digest { return &digest{hash: sha256.New(), places: map[string]int{}} }

// value is what is added to the deployment's logical id.
func (d *digest) value() map[string]any {
	return map[string]any{"sha256": hex.EncodeToString(d.hash.Sum(nil)), "tokens": d.tokens}
}

// tokenText matches a CDK token in a text, and as the one element of a list. The number in it is another one where
// other tokens were made before.
// Source: aws-cdk-lib 2.270.0, core/lib/private/encoding.js
var tokenText = regexp.MustCompile(`[$#]\{Token\[[^\]]*\]\}`)

// tokenNumber is above every number that stands for a token: they are at -1.888e289.
// Source: aws-cdk-lib 2.270.0, core/lib/private/encoding.js (createTokenDouble)
const tokenNumber = -1e288

// add hashes a value as [plainValue] gives it. Objects of CDK's own are left to CDK.
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

// text hashes what is around the tokens of a text, and which tokens they are.
func (d *digest) text(s string) {
	var literals []string
	var places []int
	from := 0
	for _, at := range tokenText.FindAllStringIndex(s, -1) {
		t := s[at[0]:at[1]]
		var value any = t
		if strings.HasPrefix(t, "#") { // which CDK resolves in a list alone
			value = []any{t}
		}
		literals, places = append(literals, s[from:at[0]]), append(places, d.place(t, value))
		from = at[1]
	}
	fmt.Fprintf(d.hash, "%q %d,", append(literals, s[from:]), places)
}

// place is a token's place in the list.
func (d *digest) place(t string, value any) int {
	i, known := d.places[t]
	if !known {
		i = len(d.tokens)
		d.places[t] = i
		d.tokens = append(d.tokens, value)
	}
	return i
}
