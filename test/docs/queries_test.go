package docs

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	queryText    = regexp.MustCompile(`"[^"]*"|/\^?\w+/`) // texts and regular expressions of a query
	queryWord    = regexp.MustCompile(`@?[A-Za-z_]\w*`)
	queryAlias   = regexp.MustCompile(`\bas (\w+)`)
	queryKeyword = strings.Fields("and as asc by count desc fields filter in latest like limit sort stats")
)

// queryFields returns the fields of log lines that a query of CloudWatch Logs Insights reads, without those that
// CloudWatch adds.
func queryFields(query string) (fields []string) {
	query = queryText.ReplaceAllString(query, "")
	skip := slices.Clone(queryKeyword)
	for _, m := range queryAlias.FindAllStringSubmatch(query, -1) {
		skip = append(skip, m[1])
	}
	for _, word := range queryWord.FindAllString(query, -1) {
		if !strings.HasPrefix(word, "@") && !slices.Contains(skip, word) && !slices.Contains(fields, word) {
			fields = append(fields, word)
		}
	}
	return fields
}

func TestQueryFields(t *testing.T) {
	const query = "fields @timestamp, a, b_c\n| filter d = \"e\" and f in [\"g\"] and h like /^5/\n" +
		"| stats count(*) as n, latest(@timestamp) as last by a, i\n| sort n desc\n| limit 100"
	if got := queryFields(query); !slices.Equal(got, []string{"a", "b_c", "d", "f", "h", "i"}) {
		t.Errorf("got %q", got)
	}
}

// TestTheDocumentationsQueries checks that the saved queries of the snapshots read existing fields of their log groups,
// and that the page names each query.
func TestTheDocumentationsQueries(t *testing.T) {
	decisions, fetches := authorizerLog(t)
	authorizer := map[string]bool{}
	for _, line := range slices.Concat(decisions, fetches) {
		for name := range line {
			authorizer[name] = true
		}
	}
	lines := map[string]map[string]bool{"AuthorizerFunction": authorizer, "LoginFunction": loginFields(t), "AccessLog": {}}
	for name := range accessLogFormat(t) {
		lines["AccessLog"][name] = true
	}
	templates, err := filepath.Glob(filepath.Join("..", "testdata", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(strings.Join(operating(t).lines, "\n"), "### Saved queries")
	section, _, _ = strings.Cut(section, "## Alarms")
	read := map[string]bool{}
	for _, file := range templates {
		for id, q := range savedQueries(t, file) {
			title := q.Name[strings.LastIndexByte(q.Name, '/')+1:]
			if read[title] = true; !strings.Contains(section, title) {
				t.Errorf("the page does not name the query %q", title)
			}
			for _, field := range queryFields(q.QueryString) {
				for _, group := range q.LogGroupNames {
					for kind, known := range lines {
						if strings.Contains(fmt.Sprint(group), kind) && !known[field] {
							t.Errorf("%s: %s: %v has no field %s", file, id, group, field)
						}
					}
				}
			}
		}
	}
	if len(read) < 9 {
		t.Errorf("the snapshots have too few queries: %q", slices.Sorted(maps.Keys(read)))
	}
}

type savedQuery struct {
	Name, QueryString string
	LogGroupNames     []any
}

func savedQueries(t *testing.T, file string) map[string]savedQuery {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var template struct {
		Resources map[string]struct {
			Type       string
			Properties json.RawMessage
		}
	}
	if err := json.Unmarshal(text, &template); err != nil {
		t.Fatal(err)
	}
	out := map[string]savedQuery{}
	for id, r := range template.Resources {
		if r.Type != "AWS::Logs::QueryDefinition" {
			continue
		}
		var q savedQuery
		if err := json.Unmarshal(r.Properties, &q); err != nil {
			t.Fatal(err)
		}
		out[id] = q
	}
	return out
}

// loginFields returns the fields of the login's log lines, as its page lists them.
func loginFields(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, p := range pages(t, "docs/operating-logins.md") {
		for _, name := range fieldsUnder(t, p, "## The log") {
			out[name] = true
		}
	}
	return out
}
