package bodyschema

import (
	"fmt"
	"strings"
)

// draft is a version of JSON Schema.
type draft struct {
	number int // 4, 6, 7, 2019 or 2020
	name   string
}

var (
	draft4 = &draft{4, "draft 4"}
	drafts = []*draft{draft4, {6, "draft 6"}, {7, "draft 7"}, {2019, "draft 2019-09"}, {2020, "draft 2020-12"}}
)

// addresses are the values of $schema, without the scheme and the part from #.
var addresses = map[string]int{
	"json-schema.org/draft-04/schema":      4,
	"json-schema.org/draft-06/schema":      6,
	"json-schema.org/draft-07/schema":      7,
	"json-schema.org/draft/2019-09/schema": 2019,
	"json-schema.org/draft/2020-12/schema": 2020,
}

// draftOf returns the draft that a schema names. Without a name, it is the latest draft, and keywords that only earlier
// drafts have are refused, so that nothing is read with another meaning than it was written with.
func draftOf(root map[string]any) (*draft, error) {
	given, set := root["$schema"]
	number := 2020
	if set {
		text, _ := given.(string)
		scheme, rest, _ := strings.Cut(strings.TrimSuffix(text, "#"), "://")
		if number = addresses[rest]; scheme != "http" && scheme != "https" {
			number = 0
		}
	}
	for _, d := range drafts {
		if d.number == number {
			return d, nil
		}
	}
	return nil, &Error{"/$schema", fmt.Sprintf(`%v is not known: want the address of draft 4, 6, 7, 2019-09 or 2020-12, `+
		`such as "http://json-schema.org/draft-07/schema#"`, given)}
}

// shapeOf returns what the draft requires of a keyword's value, or nil if it has no such keyword.
func (d *draft) shapeOf(keyword string) shape {
	for _, k := range keywords[keyword] {
		if k.from <= d.number && d.number <= k.to {
			return k.shape
		}
	}
	return nil
}

// since is the shape of a keyword in a range of drafts.
type since struct {
	from, to int
	shape    shape
}

const latest = 2020

// keywords are the keywords whose value a draft restricts, by the drafts' own schemas. Keywords that a model cannot
// have are left out, because they are refused with any value.
var keywords = map[string][]since{
	"$schema":     {{4, latest, wantText}},
	"id":          {{4, 4, wantText}},
	"$id":         {{6, latest, wantText}},
	"$ref":        {{4, latest, wantText}},
	"title":       {{4, latest, wantText}},
	"description": {{4, latest, wantText}},

	"definitions": {{4, latest, wantSchemasByName}},
	"$defs":       {{4, 7, wantAny}, {2019, latest, wantSchemasByName}},

	"type":  {{4, latest, wantTypes}},
	"enum":  {{4, 7, wantValues}, {2019, latest, wantList}},
	"const": {{6, latest, wantAny}},

	"not":   {{4, latest, wantSchema}},
	"allOf": {{4, latest, wantSchemas}},
	"anyOf": {{4, latest, wantSchemas}},
	"oneOf": {{4, latest, wantSchemas}},
	"if":    {{7, latest, wantSchema}},
	"then":  {{7, latest, wantSchema}},
	"else":  {{7, latest, wantSchema}},

	"multipleOf":       {{4, latest, wantPositive}},
	"minimum":          {{4, latest, wantNumber}},
	"maximum":          {{4, latest, wantNumber}},
	"exclusiveMinimum": {{4, 4, wantFlag}, {6, latest, wantNumber}},
	"exclusiveMaximum": {{4, 4, wantFlag}, {6, latest, wantNumber}},

	"minLength": {{4, latest, wantCount}},
	"maxLength": {{4, latest, wantCount}},
	"pattern":   {{4, latest, wantText}},
	"format":    {{4, latest, wantText}},

	"minItems":        {{4, latest, wantCount}},
	"maxItems":        {{4, latest, wantCount}},
	"uniqueItems":     {{4, latest, wantFlag}},
	"items":           {{4, 2019, wantSchemaOrList}, {2020, latest, wantSchema}},
	"prefixItems":     {{2020, latest, wantSchemas}},
	"additionalItems": {{4, 4, wantFlagOrSchema}, {6, 2019, wantSchema}},
	"contains":        {{6, latest, wantSchema}},
	"minContains":     {{2019, latest, wantCount}},

	"minProperties":        {{4, latest, wantCount}},
	"maxProperties":        {{4, latest, wantCount}},
	"required":             {{4, 4, wantSomeNames}, {6, latest, wantNames}},
	"properties":           {{4, latest, wantSchemasByName}},
	"patternProperties":    {{4, latest, wantSchemasByName}},
	"additionalProperties": {{4, 4, wantFlagOrSchema}, {6, latest, wantSchema}},
	"propertyNames":        {{6, latest, wantSchema}},
	"dependencies":         {{4, 4, wantDependencies4}, {6, latest, wantDependencies}},
	"dependentRequired":    {{2019, latest, wantNamesByName}},
	"dependentSchemas":     {{2019, latest, wantSchemasByName}},

	"$comment":         {{4, 6, wantAny}, {7, latest, wantText}},
	"default":          {{4, latest, wantAny}},
	"deprecated":       {{4, 7, wantAny}, {2019, latest, wantFlag}},
	"example":          {{4, latest, wantAny}},
	"examples":         {{4, 6, wantAny}, {7, latest, wantList}},
	"readOnly":         {{4, 6, wantAny}, {7, latest, wantFlag}},
	"writeOnly":        {{4, 6, wantAny}, {7, latest, wantFlag}},
	"contentEncoding":  {{4, 6, wantAny}, {7, latest, wantText}},
	"contentMediaType": {{4, 6, wantAny}, {7, latest, wantText}},
	"contentSchema":    {{4, 7, wantAny}, {2019, latest, wantSchema}},
}
