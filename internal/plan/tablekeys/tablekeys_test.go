package tablekeys

import "testing"

func TestCompare(t *testing.T) {
	want := Keys{Partition: "pk", Sort: "sk", TTL: "ttl"}
	for _, c := range []struct {
		name    string
		keys    *Keys
		differs string
	}{
		{"keys that are not known", nil, ""},
		{"the same", &want, ""},
		{"keys that are known at deployment", &Keys{"${Token[TOKEN.1]}", "${Token[TOKEN.2]}", "${Token[TOKEN.3]}"}, ""},
		{"another partition key", &Keys{"id", "sk", "ttl"}, "partition key id pk"},
		{"no sort key", &Keys{"pk", "", "ttl"}, "sort key  sk"},
		{"no expiry", &Keys{"pk", "sk", ""}, "TTL attribute  ttl"},
	} {
		got := ""
		c.keys.Compare(want, func(attribute, is, want string) { got += attribute + " " + is + " " + want })
		if got != c.differs {
			t.Errorf("%s: got %q, want %q", c.name, got, c.differs)
		}
	}
}
