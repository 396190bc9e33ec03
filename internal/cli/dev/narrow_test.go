package dev

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestNarrow lays out tables of routes for a terminal of 80 columns.
func TestNarrow(t *testing.T) {
	for _, c := range []struct {
		name  string
		rows  [][]string
		notes []string
		want  string
	}{
		{
			name: "two APIs and a note",
			rows: [][]string{
				{"Shop/A", "GET /health", "none", "-", "-", "anyone: load balancers look here"},
				{
					"Shop/A", "DELETE /orders/{id}", "token Auth1234ABCD", "5m", "-",
					"scope orders/write and group admins and one more",
				},
				{"Shop/B", "GET /keyed", "none", "-", "needed", "every caller with a key"},
			},
			notes: []string{"Shop/B has a resource policy, which may refuse requests to its routes, without other checks."},
			want: "Shop/A\n" +
				"  GET /health          anyone: load balancers look here\n" +
				"  DELETE /orders/{id}  scope orders/write and group admins and one more (token,\n" +
				"                       5m)\n" +
				"Shop/B\n" +
				"  GET /keyed           every caller with a key (API key)\n" +
				"Shop/B has a resource policy, which may refuse requests to its routes, without\nother checks.",
		},
		{name: "no API"},
		{
			name: "a route that is longer than half of the line",
			rows: [][]string{
				{"A", "GET /" + strings.Repeat("x", 60), "none", "-", "-", "anyone without any reason that is given"},
			},
			want: "A\n  GET /" + strings.Repeat("x", 60) + "  anyone\n" + strings.Repeat(" ", 44) +
				"without any reason that is given",
		},
	} {
		if diff := cmp.Diff(c.want, strings.Join(narrow(c.rows, c.notes), "\n")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}
