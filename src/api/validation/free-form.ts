const FREE_FORM = Symbol('FREE_FORM');

/** Marks a field whose members no DTO class defines: they are passed on as they were sent, with their depth. */
export function FreeForm(): PropertyDecorator {
  return (target, property) => {
    Reflect.defineMetadata(FREE_FORM, true, target, property);
  };
}

export function isFreeForm(dto: new () => object, property: string): boolean {
  return Reflect.getMetadata(FREE_FORM, dto.prototype as object, property) === true;
}
