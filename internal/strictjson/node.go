package strictjson

// Kind is the kind of a [Value].
type Kind uint8

// The kinds of values. Missing is the kind of the zero Value, a member that is not there.
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

// node is a value or member name. The nodes of a text are in its order. A container is followed by its contents.
type node struct {
	start, end uint32 // in the text; without quotes for a string
	next       uint32 // the node after this value and its contents
	kind       Kind
	escaped    bool // whether a string contains a backslash
}
