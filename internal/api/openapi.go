package api

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"heed/internal/field"
)

// openAPI is the OpenAPI 3.1 description, made from the operations and their types.
func openAPI(ops []operation, version string) ([]byte, error) {
	schemas := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	paths := map[string]map[string]any{}
	problemRef := schemas.Schema(reflect.TypeFor[problem](), true, "Problem")
	for _, op := range ops {
		if paths["/api/v1"+op.path] == nil {
			paths["/api/v1"+op.path] = map[string]any{}
		}
		paths["/api/v1"+op.path][strings.ToLower(op.method)] = describe(op, schemas, problemRef)
	}
	return json.MarshalIndent(map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{
			"title": "Heed", "version": version, "license": map[string]any{"name": "Apache-2.0", "identifier": "Apache-2.0"},
			"description": "Raise a concern, take it up, decide, share lawfully, refer, and answer the person who raised it. " +
				"There is no search over people and none will be added. Every reading is written down before it is answered.",
		},
		"servers":  []any{map[string]any{"url": "/"}},
		"security": []any{map[string]any{"token": []string{}}},
		"paths":    paths,
		"components": map[string]any{
			"schemas": schemas.Map(),
			"securitySchemes": map[string]any{"token": map[string]any{"type": "http", "scheme": "bearer",
				"description": "Made with: heed token new"}},
		},
	}, "", "  ")
}

func describe(op operation, schemas huma.Registry, problemRef *huma.Schema) map[string]any {
	var done map[string]any
	if op.raw {
		done = map[string]any{"application/octet-stream": map[string]any{"schema": map[string]any{"type": "string",
			"contentMediaType": "application/octet-stream"}}}
	} else {
		done = content("application/json", schemas.Schema(op.out, true, op.name+"Answer"))
	}
	answers := map[string]any{
		strconv.Itoa(op.status): map[string]any{"description": "Done", "content": done},
	}
	for status, words := range map[string]string{
		"400": "The request cannot be read", "401": "No token, or one that has ended",
		"403": "This function is not yours; the title says who may use it",
		"404": "No such concern, or not yours: the two are answered alike",
		"409": "The process does not allow it now, or the record was changed since",
		"413": "More than 64 KB", "415": "Not JSON", "422": "Something to put right; errors names each field",
		"503": "Nothing was kept: try again, or ring the number of your safeguarding team",
	} {
		if op.in == nil && op.schema == nil && (status == "413" || status == "415" || status == "409") {
			continue
		}
		answers[status] = map[string]any{"description": words, "content": content("application/problem+json", problemRef)}
	}
	d := map[string]any{"operationId": op.name, "summary": op.summary, "responses": answers, "parameters": parameters(op)}
	if op.in != nil {
		d["requestBody"] = map[string]any{"required": true, "content": content("application/json",
			schemas.Schema(op.in, true, op.name+"Request"))}
	}
	if op.schema != nil {
		body := map[string]any{"application/json": map[string]any{"schema": op.schema}}
		if files := field.Documents(op.fields); len(files) > 0 {
			body["multipart/form-data"] = map[string]any{"schema": inParts(op.schema, files)}
		}
		d["requestBody"] = map[string]any{"required": true, "content": body}
	}
	return d
}

func content(kind string, schema *huma.Schema) map[string]any {
	return map[string]any{kind: map[string]any{"schema": schema}}
}

func parameters(op operation) []any {
	out := []any{}
	for _, p := range op.parameters {
		out = append(out, map[string]any{"name": p.name, "in": p.in, "description": p.words, "required": p.required,
			"schema": p.schema})
	}
	return out
}

// inParts is a body of answers with documents, each a part of its own.
func inParts(answers map[string]any, files []field.Field) map[string]any {
	parts := map[string]any{answersPart: answers}
	for _, f := range files {
		parts[f.ID] = map[string]any{"type": "string", "contentMediaType": "application/octet-stream", "description": f.Ask}
	}
	return map[string]any{"type": "object", "properties": parts, "required": []string{answersPart}}
}
