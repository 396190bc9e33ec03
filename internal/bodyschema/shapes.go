package bodyschema

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
)

// shape reports a value that a keyword does not accept.
type shape func(c *checker, value any, at string)

// checker finds what is no JSON Schema of a draft, in a schema and in all that it has within. Its rules are those of
// the drafts' own schemas, such as https://json-schema.org/draft-07/schema. A validator has them too, but compiles
// those of all drafts whenever a program starts, and an app of CDK starts for each synthesis.
type checker struct {
	draft   *draft
	shapeOf func(keyword string) shape
	errs    []error
}

// check returns what is wrong with a schema at a place.
func (d *draft) check(value any, at string) []error {
	c := &checker{draft: d, shapeOf: d.shapeOf}
	wantSchema(c, value, at)
	return c.errs
}

func (c *checker) want(what string, value any, at string) {
	text, err := plainjson.Marshal(value)
	if err != nil {
		text = []byte(kindOf(value))
	}
	c.fail(at, "want %s, got %s, which %s does not take here: mend it, or name the draft that takes it in $schema", what,
		shorten(string(text)), c.draft.name)
}

func (c *checker) fail(at, format string, args ...any) {
	c.errs = append(c.errs, &Error{at, fmt.Sprintf(format, args...)})
}

// valuesOf returns the shape of all values of a Go type.
func valuesOf[T any](what string) shape {
	return func(c *checker, value any, at string) {
		if _, ok := value.(T); !ok {
			c.want(what, value, at)
		}
	}
}

var (
	wantText   = valuesOf[string]("a text")
	wantFlag   = valuesOf[bool]("true or false")
	wantList   = valuesOf[[]any]("a list")
	wantNumber = valuesOf[json.Number]("a number")
)

func wantAny(*checker, any, string) {}

func wantPositive(c *checker, value any, at string) {
	if n, ok := value.(json.Number); !ok || rational(n).Sign() <= 0 {
		c.want("a number above 0", value, at)
	}
}

// wantCount requires a whole number, which may be written as 1.0.
func wantCount(c *checker, value any, at string) {
	n, ok := value.(json.Number)
	if !ok || rational(n).Sign() < 0 || !rational(n).IsInt() {
		c.want("a whole number of at least 0", value, at)
	}
}

func wantSchema(c *checker, value any, at string) {
	if _, open := value.(bool); open && c.draft != draft4 {
		return
	}
	object, ok := value.(map[string]any)
	if !ok {
		c.want("a schema", value, at)
		return
	}
	for _, keyword := range slices.Sorted(maps.Keys(object)) {
		if check := c.shapeOf(keyword); check != nil {
			check(c, object[keyword], below(at, keyword))
		}
	}
	for _, bound := range []string{"maximum", "minimum"} {
		exclusive := "exclusiveM" + bound[1:]
		if object[exclusive] != nil && object[bound] == nil && c.draft == draft4 {
			c.fail(below(at, exclusive), "in draft 4 it excludes the bound %q, which is not set: set it too", bound)
		}
	}
}

func wantFlagOrSchema(c *checker, value any, at string) {
	if _, is := value.(bool); !is {
		wantSchema(c, value, at)
	}
}

func wantSchemaOrList(c *checker, value any, at string) {
	if _, is := value.([]any); is {
		wantSchemas(c, value, at)
		return
	}
	wantSchema(c, value, at)
}

// members returns the shape of objects whose members have the shape each.
func members(what string, each shape) shape {
	return func(c *checker, value any, at string) {
		object, ok := value.(map[string]any)
		if !ok {
			c.want(what, value, at)
		}
		for _, name := range slices.Sorted(maps.Keys(object)) {
			each(c, object[name], below(at, name))
		}
	}
}

// items returns the shape of lists with at least some items, which have the shape each.
func items(what string, least int, each shape) shape {
	return func(c *checker, value any, at string) {
		given, ok := value.([]any)
		if !ok || len(given) < least {
			c.want(what, value, at)
		}
		for i, v := range given {
			each(c, v, below(at, fmt.Sprint(i)))
		}
	}
}

// distinctItems returns the shape of lists without duplicate items.
func distinctItems(what string, least int, each shape) shape {
	all := items(what, least, each)
	return func(c *checker, value any, at string) {
		all(c, value, at)
		if given, ok := value.([]any); ok && len(distinct(given)) < len(given) {
			c.want(what+", each once", value, at)
		}
	}
}

var (
	wantSchemas       = items("a list of at least one schema", 1, wantSchema)
	wantSchemasByName = members("an object of schemas", wantSchema)
	wantValues        = distinctItems("a list of at least one value", 1, wantAny)
	wantNames         = distinctItems("a list of names", 0, wantText)
	wantSomeNames     = distinctItems("a list of at least one name", 1, wantText)
	wantNamesByName   = members("an object of lists of names", wantNames)
	wantDependencies  = members("an object of lists of names or schemas", wantNamesOrSchema(wantNames))
	wantDependencies4 = members("an object of lists of names or schemas", wantNamesOrSchema(wantSomeNames))
)

func wantNamesOrSchema(wantNames shape) shape {
	return func(c *checker, value any, at string) {
		if _, is := value.([]any); is {
			wantNames(c, value, at)
			return
		}
		wantSchema(c, value, at)
	}
}

var typeNames = []string{"array", "boolean", "integer", "null", "number", "object", "string"}

func wantType(c *checker, value any, at string) {
	if name, _ := value.(string); !slices.Contains(typeNames, name) {
		c.want(`a type, which is one of "`+strings.Join(typeNames, `", "`)+`"`, value, at)
	}
}

var wantTypeList = distinctItems("a list of at least one type", 1, wantType)

func wantTypes(c *checker, value any, at string) {
	if _, is := value.([]any); is {
		wantTypeList(c, value, at)
		return
	}
	wantType(c, value, at)
}
