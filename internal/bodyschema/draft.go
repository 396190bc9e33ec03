package bodyschema

import (
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// draft is a version of JSON Schema.
type draft struct {
	number   int // 4, 6, 7, 2019 or 2020
	name     string
	compiler *jsonschema.Draft
}

var drafts = []*draft{
	{4, "draft 4", jsonschema.Draft4},
	{6, "draft 6", jsonschema.Draft6},
	{7, "draft 7", jsonschema.Draft7},
	{2019, "draft 2019-09", jsonschema.Draft2019},
	{2020, "draft 2020-12", jsonschema.Draft2020},
}

// addresses are the values of $schema, without the scheme and what stands behind #.
var addresses = map[string]int{
	"json-schema.org/draft-04/schema":      4,
	"json-schema.org/draft-06/schema":      6,
	"json-schema.org/draft-07/schema":      7,
	"json-schema.org/draft/2019-09/schema": 2019,
	"json-schema.org/draft/2020-12/schema": 2020,
}

// draftOf is the draft that a schema names. Without a name it is the latest one, and what only earlier ones have is
// refused, so that nothing is read in another sense than it was written.
func draftOf(root map[string]any) (*draft, error) {
	given, set := root["$schema"]
	number := 2020
	if set {
		text, _ := given.(string)
		_, text, _ = strings.Cut(text, "://")
		number = addresses[strings.TrimSuffix(text, "#")]
	}
	for _, d := range drafts {
		if d.number == number {
			return d, nil
		}
	}
	return nil, &Error{"/$schema", fmt.Sprintf("%v is not known: want that of draft 4, 6, 7, 2019-09 or 2020-12, such as "+
		`"http://json-schema.org/draft-07/schema#"`, given)}
}
