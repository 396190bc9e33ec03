package docs

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// samPage has a table in each section, which lists the replacement of each of SAM's properties.
const samPage = "docs/moving-from-sam.md"

// samRow is a row of such a table.
type samRow struct {
	place   string
	section int // the number of headings above
	sam     string
	here    string
	kind    string // the type of the CloudFormation resource; "" if the property is refused
	path    []string
	holds   string // a value that the property contains
	unknown bool   // whether the last column is neither a property nor a dash
	heading string
}

var samProperty = regexp.MustCompile("^`(AWS::\\w+::\\w+)\\.([\\w.]+)`(?: with `([^`]+)`)?$")

// samRows returns the rows of the page's tables, and the section of each block.
func samRows(p *page) (rows []samRow, sectionOf map[*block]int) {
	section, heading := 0, ""
	sectionOf = map[*block]int{}
	for i, line := range p.lines {
		for _, b := range p.blocks {
			if b.line == i+1 {
				sectionOf[b] = section
			}
		}
		if p.code[i] {
			continue
		}
		if strings.HasPrefix(line, "## ") {
			section++
			heading = line
		}
		cells := strings.Split(strings.ReplaceAll(line, `\|`, "\x00"), "|")
		if len(cells) != 5 || !strings.HasPrefix(line, "| `") {
			continue
		}
		for j := range cells {
			cells[j] = strings.TrimSpace(cells[j])
		}
		row := samRow{place: fmt.Sprintf("%s:%d", p.name, i+1), section: section, heading: heading,
			sam: strings.Trim(cells[1], "`"), here: cells[2]}
		switch m := samProperty.FindStringSubmatch(cells[3]); {
		case m != nil:
			row.kind, row.path, row.holds = m[1], strings.Split(m[2], "."), m[3]
		case cells[3] != "—":
			row.unknown = true
		}
		rows = append(rows, row)
	}
	return rows, sectionOf
}

// checkProperties checks that each of SAM's properties has a row. The property of CloudFormation in the row must be in
// a template of a fragment of the same section. Otherwise, the row must have a reason for refusing the property.
func checkProperties(t *testing.T, templates map[*block]any) {
	t.Helper()
	var all []string
	text, err := os.ReadFile(filepath.Join("testdata", "sam-properties.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			all = append(all, line)
		}
	}
	var rows []samRow
	made := map[int][]any{} // templates by section
	for b := range templates {
		if b.page.name != samPage {
			continue
		}
		read, sectionOf := samRows(b.page)
		rows = read
		made[sectionOf[b]] = append(made[sectionOf[b]], templates[b])
	}
	seen := map[string]bool{}
	for _, row := range rows {
		if !slices.Contains(all, row.sam) || seen[row.sam] {
			t.Errorf("%s: %s is not a property of SAM, or has another row", row.place, row.sam)
		}
		seen[row.sam] = true
		if err := row.check(made[row.section]); err != nil {
			t.Errorf("%s: %s: %v", row.place, row.sam, err)
		}
	}
	for _, property := range all {
		if !seen[property] {
			t.Errorf("%s has no row for %s", samPage, property)
		}
	}
}

// check compares a row with the templates of its section.
func (r samRow) check(templates []any) error {
	const reason = 40 // the minimum length of a reason
	switch {
	case r.unknown:
		return fmt.Errorf("the last column must be a property, such as `AWS::ApiGateway::Stage.Tags` with `team`, or a dash")
	case r.kind == "" && (!strings.HasPrefix(r.here, "Refused") || len(r.here) < reason):
		return fmt.Errorf("a row without a property must say that it is refused, and why")
	case r.kind == "":
		return nil
	case strings.HasPrefix(r.here, "Refused"):
		return fmt.Errorf("a row of a refused property must not name %s", r.kind)
	}
	for _, template := range templates {
		resources, _ := template.(map[string]any)["Resources"].(map[string]any)
		for _, resource := range resources {
			properties, _ := resource.(map[string]any)
			if properties["Type"] == r.kind && slices.ContainsFunc(valuesAt(properties["Properties"], r.path), r.found) {
				return nil
			}
		}
	}
	return fmt.Errorf("no template of the section %q has %s.%s with %q", r.heading, r.kind,
		strings.Join(r.path, "."), r.holds)
}

// found reports whether a value is not nil and contains the row's value.
func (r samRow) found(value any) bool {
	if value == nil {
		return false
	}
	text, err := json.Marshal(value)
	quoted, _ := json.Marshal(r.holds)
	return err == nil && strings.Contains(string(text), strings.Trim(string(quoted), `"`))
}

// valuesAt returns the values at a path, in all items of lists along the path.
func valuesAt(value any, path []string) []any {
	if list, ok := value.([]any); ok && len(path) > 0 {
		var out []any
		for _, v := range list {
			out = append(out, valuesAt(v, path)...)
		}
		return out
	}
	if len(path) == 0 {
		return []any{value}
	}
	object, _ := value.(map[string]any)
	return valuesAt(object[path[0]], path[1:])
}

// TestSAMRows tests that the check rejects wrong rows.
func TestSAMRows(t *testing.T) {
	template := map[string]any{"Resources": map[string]any{"S": map[string]any{"Type": "AWS::ApiGateway::Stage",
		"Properties": map[string]any{"MethodSettings": []any{map[string]any{"HttpMethod": "GET"}}}}}}
	for _, c := range []struct {
		name string
		row  samRow
		good bool
	}{
		{
			"a property in a list",
			samRow{kind: "AWS::ApiGateway::Stage", path: []string{"MethodSettings", "HttpMethod"}, holds: "GET"},
			true,
		},
		{
			"another value",
			samRow{kind: "AWS::ApiGateway::Stage", path: []string{"MethodSettings", "HttpMethod"}, holds: "PUT"},
			false,
		},
		{
			"another property",
			samRow{kind: "AWS::ApiGateway::Stage", path: []string{"MethodSettings", "CachingEnabled"}},
			false,
		},
		{"another type", samRow{kind: "AWS::ApiGateway::Method", path: []string{"HttpMethod"}}, false},
		{"a refusal without a reason", samRow{here: "Refused"}, false},
		{"nothing", samRow{here: "nothing is to be said of it, as it is by itself so"}, false},
		{"a refusal", samRow{here: "Refused: a browser's preflight brings no key, ever"}, true},
		{
			"a refusal that is written",
			samRow{here: "Refused: no", kind: "AWS::ApiGateway::Stage", path: []string{"MethodSettings"}},
			false,
		},
		{"no column", samRow{here: "Refused: a browser's preflight brings no key, ever", unknown: true}, false},
	} {
		if err := c.row.check([]any{template}); (err == nil) != c.good {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
