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

// samPage has a table in each section that says what stands for SAM's properties.
const samPage = "docs/moving-from-sam.md"

// samRow is a row of such a table.
type samRow struct {
	at      string
	section int // the number of headings above
	sam     string
	here    string
	kind    string // the type of the CloudFormation resource; "" if nothing is written
	path    []string
	holds   string // what the property has in it
	unknown bool   // the last column is neither a property nor a dash
	heading string
}

var samProperty = regexp.MustCompile("^`(AWS::\\w+::\\w+)\\.([\\w.]+)`(?: with `([^`]+)`)?$")

// samRows are the rows of the page's tables, and the section of each of its blocks.
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
		row := samRow{at: fmt.Sprintf("%s:%d", p.name, i+1), section: section, heading: heading,
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

// checkProperties wants a row for each of SAM's properties, and its property of CloudFormation in a template that a
// fragment of the row's section makes, or a refusal with its reason.
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
			t.Errorf("%s: %s is no property of SAM's, or has a row already", row.at, row.sam)
		}
		seen[row.sam] = true
		if err := row.check(made[row.section]); err != nil {
			t.Errorf("%s: %s: %v", row.at, row.sam, err)
		}
	}
	for _, property := range all {
		if !seen[property] {
			t.Errorf("%s has no row for %s", samPage, property)
		}
	}
}

// check holds a row against the templates of its section.
func (r samRow) check(templates []any) error {
	const reason = 40 // characters of one, at least
	switch {
	case r.unknown:
		return fmt.Errorf("its last column is neither a property, as `AWS::ApiGateway::Stage.Tags` with `team`, nor a dash")
	case r.kind == "" && (!strings.HasPrefix(r.here, "Refused") || len(r.here) < reason):
		return fmt.Errorf("nothing is written for it, and the row does not say that it is refused and why")
	case r.kind == "":
		return nil
	case strings.HasPrefix(r.here, "Refused"):
		return fmt.Errorf("it is refused, and the row names %s", r.kind)
	}
	for _, template := range templates {
		resources, _ := template.(map[string]any)["Resources"].(map[string]any)
		for _, resource := range resources {
			of, _ := resource.(map[string]any)
			if of["Type"] == r.kind && slices.ContainsFunc(valuesAt(of["Properties"], r.path), r.found) {
				return nil
			}
		}
	}
	return fmt.Errorf("no fragment of %q makes a template in which %s.%s has %q", r.heading, r.kind,
		strings.Join(r.path, "."), r.holds)
}

// found reports whether a value is there, and has what the row says.
func (r samRow) found(value any) bool {
	if value == nil {
		return false
	}
	text, err := json.Marshal(value)
	quoted, _ := json.Marshal(r.holds)
	return err == nil && strings.Contains(string(text), strings.Trim(string(quoted), `"`))
}

// valuesAt are the values at a path, in all items of the lists on the way.
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

// TestSAMRows is about the check itself: a row that is not true has to fail.
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
