package strictjson

// Kind says what a [Value] is.
type Kind uint8

// The kinds of value. Missing is that of the zero Value: a member that is not there.
const (
	Missing Kind = iota
	Null
	False
	True
	Number
	String
	Array
	Object
)

func (k Kind) String() string {
	return [...]string{"nothing", "null", "a boolean", "a boolean", "a number", "a string", "an array", "an object"}[k]
}

// node is one value or member name. The nodes of a text stand in its order; a container is followed by what it holds.
type node struct {
	start, end uint32 // of the text; a string's without its quotes
	next       uint32 // the node after this value and all that it holds
	kind       Kind
	escaped    bool // a string with a backslash in it
}
