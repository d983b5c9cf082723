package alertrules

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
)

// marshal writes a document with one group of rules, a comment above each.
func marshal(head string, document any, comments [][]string) ([]byte, error) {
	var root yaml.Node
	if err := root.Encode(document); err != nil {
		return nil, err
	}
	for i, item := range value(value(&root, "groups").Content[0], "rules").Content {
		item.HeadComment = "# " + strings.Join(comments[i], "\n# ")
	}
	out := bytes.NewBufferString(head)
	e := yaml.NewEncoder(out)
	e.SetIndent(2)
	if err := e.Encode(&root); err != nil {
		return nil, err
	}
	if err := e.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// value is a mapping's value under a key that is there.
func value(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; i < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return &yaml.Node{}
}
