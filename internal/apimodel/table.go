package apimodel

// Table is a DynamoDB table.
type Table struct {
	ID
	Name string
}

func (b *builder) readTables() {
	for _, kind := range []string{"AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"} {
		b.each(kind, func(r *reader) {
			b.model.Tables = append(b.model.Tables, &Table{ID: r.id, Name: r.physicalID()})
		})
	}
}
