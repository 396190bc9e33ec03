package secureapi

// CDK's props hold pointers, of which nil is what is not set. These read them, and make them.

func isTrue(b *bool) bool  { return b != nil && *b }
func isFalse(b *bool) bool { return b != nil && !*b }

// listOf is a list of CDK's props in plain values.
func listOf(list *[]*string) (out []string) {
	if list == nil {
		return nil
	}
	for _, s := range *list {
		out = append(out, *s)
	}
	return out
}

// mapOf is a map of CDK's props in plain values, without those that are nil.
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

// mapFor is a map for CDK's props; nil for an empty one.
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
