package accessdiff

import (
	"regexp"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// generated matches the name that secureapi gives an authorizer in AWS: the IDs on its construct's path, and CDK's hash
// of that path. The part after the last "Authorizer" is the name in Props.Authorizers, or nothing for Props.Authorizer.
var generated = regexp.MustCompile(`^[A-Za-z0-9]*Authorizer([A-Za-z0-9]*)[0-9A-F]{8}$`)

// shortNames returns a replacer that names the authorizers of some APIs as their tables do: "the authorizer partners",
// "the API's authorizer". It keeps names that are not generated, or that two authorizers would share.
func shortNames(apis ...matrix.API) *strings.Replacer {
	short, long := map[string]string{}, map[string]string{}
	for _, api := range apis {
		for _, a := range api.Authorizers {
			m := generated.FindStringSubmatch(a.Name)
			if m == nil {
				continue
			}
			short[a.Name] = m[1]
			if other, taken := long[m[1]]; taken && other != a.Name {
				delete(short, a.Name)
				delete(short, other)
				continue
			}
			long[m[1]] = a.Name
		}
	}
	var pairs []string
	for name, text := range short {
		if text == "" {
			pairs = append(pairs, "the authorizer "+name, "the API's authorizer")
		} else {
			pairs = append(pairs, "the authorizer "+name, "the authorizer "+text)
		}
	}
	return strings.NewReplacer(pairs...)
}
