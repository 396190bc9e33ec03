package secureapi

// CDK's props contain pointers, which are nil if they are not set. These functions read and create them.

func isTrue(b *bool) bool  { return b != nil && *b }
func isFalse(b *bool) bool { return b != nil && !*b }

// listOf converts a list of CDK's props into plain values.
func listOf(list *[]*string) (out []string) {
	if list == nil {
		return nil
	}
	for _, s := range *list {
		out = append(out, *s)
	}
	return out
}

// mapOf converts a map of CDK's props into plain values, without the nil ones.
func mapOf(from *map[string]*string) map[string]string {
	if from == nil {
		return nil
	}
	out := map[string]string{}
	for name, value := range *from {
		if value != nil {
			out[name] = *value
		}
	}
	return out
}

// mapFor converts a map for CDK's props. It returns nil for an empty one.
func mapFor(from map[string]string) *map[string]*string {
	if len(from) == 0 {
		return nil
	}
	out := map[string]*string{}
	for name, value := range from {
		out[name] = &value
	}
	return &out
}
