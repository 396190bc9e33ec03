package bodyschema

import "testing"

func TestNameOf(t *testing.T) {
	for text, want := range map[string]string{
		"order": "Order", "new-order": "NewOrder", "Pet Store": "PetStore", "v2_item": "V2Item", "2nd order": "NdOrder",
		"": "", "--": "", "Größe": "GrE",
	} {
		if got := NameOf(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	m, _ := model(t, `{"type":"null"}`)
	if got := m.HashName(); got != "Body867aeb1c" {
		t.Errorf("got %q", got)
	}
}
