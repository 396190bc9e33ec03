package routermark_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/functest"
	"github.com/gatehouse-cdk/gatehouse/internal/routermark"
)

// TestMarkIsInWhatMakesAMux checks that the linker removes the mark from an executable that imports the package and
// makes no Mux, and keeps it in one that makes a Mux. Each is built without symbols, as functions for this machine
// are.
func TestMarkIsInWhatMakesAMux(t *testing.T) {
	for name, want := range map[string]bool{"mux": true, "servemux": false} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			if err := functest.Build(out, "./testdata/"+name); err != nil {
				t.Fatal(err)
			}
			executable, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			if got := routermark.In(executable); got != want {
				t.Errorf("mark in the executable: %v, want %v", got, want)
			}
		})
	}
}

// FuzzFind checks that reading in pieces of any size finds the same as reading in one piece.
func FuzzFind(f *testing.F) {
	mark := routermark.ByResource()
	f.Add(0, 0, uint8(1), true)
	for _, before := range []int{1, 256<<10 - len(mark), 256<<10 - 7, 256<<10 - 1, 256 << 10, 600 << 10} {
		f.Add(before, 1000, uint8(0), true)
		f.Add(before, 0, uint8(255), false)
	}
	f.Fuzz(func(t *testing.T, before, after int, piece uint8, whole bool) {
		if before < 0 || after < 0 || before > 1<<20 || after > 1<<20 {
			return
		}
		text := mark
		if !whole {
			text = mark[:len(mark)-1]
		}
		executable := slices.Concat(bytes.Repeat([]byte("gate"), before/4+1)[:before], []byte(text), make([]byte, after))
		var read io.Reader = bytes.NewReader(executable)
		if piece > 0 {
			read = &pieces{read, int(piece) << 8}
		}
		got, err := routermark.Find(read)
		if want := routermark.In(executable); got != want || err != nil {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
	})
}

// pieces reads no more than so many bytes at a time.
type pieces struct {
	io.Reader
	size int
}

func (p *pieces) Read(b []byte) (int, error) { return p.Reader.Read(b[:min(len(b), p.size)]) }
